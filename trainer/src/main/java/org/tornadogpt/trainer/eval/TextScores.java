package org.tornadogpt.trainer.eval;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.tornadogpt.model.ScoringSession;
import org.tornadogpt.model.training.Part;

/**
 * A model's loss at every token of a text, in nats.
 *
 * @param part the text
 * @param stride of the window
 * @param losses of all tokens but the first
 * @param positionLosses (T), the mean loss of the predictions after 1, 2, ... T tokens of context, over all windows;
 *     NaN where the text is shorter
 */
@SuppressWarnings("ArrayRecordComponent") // one for each token of a text, handed over once
public record TextScores(Part part, int stride, double[] losses, double[] positionLosses) {
    /**
     * Measures a text.
     *
     * @param stop asked between passes
     * @return nothing if {@code stop} became true
     */
    public static Optional<TextScores> of(ScoringSession session, Part part, int stride, BooleanSupplier stop) {
        int T = session.blockSize();
        int predictions = predictions(part);
        double[] losses = new double[predictions];
        double[] sums = new double[T];
        long[] counts = new long[T];
        List<SlidingWindow> windows = SlidingWindow.over(predictions + 1, T, stride);
        int[] inputs = new int[session.batch() * T];
        int[] targets = new int[inputs.length];
        for (int first = 0; first < windows.size(); first += session.batch()) {
            if (stop.getAsBoolean()) {
                return Optional.empty();
            }
            List<SlidingWindow> some = windows.subList(first, Math.min(windows.size(), first + session.batch()));
            Arrays.fill(inputs, 0);
            for (int b = 0; b < some.size(); b++) {
                SlidingWindow window = some.get(b);
                long from = part.from() + window.from();
                part.tokens().copy(from, inputs, b * T, window.rows());
                part.tokens().copy(from + 1, targets, b * T, window.rows());
            }
            session.run(inputs);
            for (int b = 0; b < some.size(); b++) {
                SlidingWindow window = some.get(b);
                for (int row = 0; row < window.rows(); row++) {
                    double loss = -session.logProbability(b * T + row, targets[b * T + row]);
                    sums[row] += loss;
                    counts[row]++;
                    if (row >= window.firstCounted()) {
                        losses[window.from() + row] = loss;
                    }
                }
            }
        }
        for (int t = 0; t < T; t++) {
            sums[t] /= counts[t];
        }
        return Optional.of(new TextScores(part, stride, losses, sums));
    }

    private static int predictions(Part part) {
        if (part.length() < 2 || part.length() > Integer.MAX_VALUE / 2) {
            throw new IllegalArgumentException("the " + part.name() + " part has " + part.length() + " tokens; 2 to "
                    + Integer.MAX_VALUE / 2 + " can be measured as a whole (--batches N measures some)");
        }
        return (int) part.length() - 1;
    }

    /** Tokens of the text, from its beginning. */
    public int[] tokens(int from, int to) {
        int[] tokens = new int[to - from];
        part.tokens().copy(part.from() + from, tokens, 0, tokens.length);
        return tokens;
    }

    /** The mean loss of all tokens but the first, with its interval. */
    public BatchMeans mean() {
        return BatchMeans.of(losses);
    }
}
