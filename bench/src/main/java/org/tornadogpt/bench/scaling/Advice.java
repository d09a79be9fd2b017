package org.tornadogpt.bench.scaling;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.tornadogpt.model.GptConfig;

/**
 * The size to choose for a given time on this machine: the one whose predicted loss is lowest when the time is spent
 * on it, by the law of losses and by the time that a token took models of different sizes.
 *
 * @param channels the size
 * @param tokens that the time suffices for, no more than {@link #PASSES} times the text
 * @param limited whether the text is the limit, not the time
 * @param beyond whether size or tokens lie outside of what was measured
 */
record Advice(int channels, long parameters, long tokens, Estimate loss, boolean limited, boolean beyond) {
    /** Passes over a text up to which it teaches about as much as new text would (Muennighoff et al. 2023). */
    static final int PASSES = 4;

    private static final int STEP = 16;
    private static final int MOST = 1024;

    static Advice of(double hours, List<PointResult> points, LossLaw law, GptConfig like, long textTokens) {
        PowerLaw time = PowerLaw.fit(points, PointResult::parameters, PointResult::secondsPerToken);
        return IntStream.rangeClosed(1, MOST / STEP)
                .mapToObj(i -> of(new ModelSize(i * STEP), hours, time, points, law, like, textTokens))
                .min(Comparator.comparingDouble(a -> a.loss.value()))
                .orElseThrow();
    }

    private static Advice of(
            ModelSize size,
            double hours,
            PowerLaw time,
            List<PointResult> points,
            LossLaw law,
            GptConfig like,
            long textTokens) {
        long parameters = size.parametersLike(like);
        double possible = hours * 3600 / time.at((double) parameters);
        long most = PASSES * textTokens;
        long tokens = (long) Math.max(1, Math.min(possible, (double) most));
        boolean beyond = parameters
                        > points.stream()
                                .mapToLong(PointResult::parameters)
                                .max()
                                .orElseThrow()
                || tokens > points.stream().mapToLong(PointResult::tokens).max().orElseThrow();
        return new Advice(
                size.channels(),
                parameters,
                tokens,
                law.predict((double) parameters, (double) tokens),
                possible > most,
                beyond);
    }
}
