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
        double[] losses = new double[part.length() - 1];
        double[] sums = new double[T];
        long[] counts = new long[T];
        List<SlidingWindow> windows = SlidingWindow.over(part.length(), T, stride);
        int[] inputs = new int[session.batch() * T];
        for (int first = 0; first < windows.size(); first += session.batch()) {
            if (stop.getAsBoolean()) {
                return Optional.empty();
            }
            List<SlidingWindow> some = windows.subList(first, Math.min(windows.size(), first + session.batch()));
            fill(part, some, T, inputs);
            session.run(inputs);
            for (int b = 0; b < some.size(); b++) {
                SlidingWindow window = some.get(b);
                for (int row = 0; row < window.rows(); row++) {
                    int predicted = window.from() + row + 1;
                    double loss = -session.logProbability(b * T + row, part.tokens()[part.from() + predicted]);
                    sums[row] += loss;
                    counts[row]++;
                    if (row >= window.firstCounted()) {
                        losses[predicted - 1] = loss;
                    }
                }
            }
        }
        for (int t = 0; t < T; t++) {
            sums[t] /= counts[t];
        }
        return Optional.of(new TextScores(part, stride, losses, sums));
    }

    private static void fill(Part part, List<SlidingWindow> windows, int T, int... inputs) {
        Arrays.fill(inputs, 0);
        for (int b = 0; b < windows.size(); b++) {
            SlidingWindow window = windows.get(b);
            System.arraycopy(part.tokens(), part.from() + window.from(), inputs, b * T, window.rows());
        }
    }

    /** The mean loss of all tokens but the first, with its interval. */
    public BatchMeans mean() {
        return BatchMeans.of(losses);
    }
}
