package org.tornadogpt.trainer.eval;

import java.util.ArrayList;
import java.util.List;

/**
 * A stretch of T tokens that goes through the model at once, and those of its predictions that count. Windows advance
 * by a stride, so that every token of a text counts once, with at least {@code T - stride} tokens before it where the
 * text has them.
 *
 * @param from first token that is read
 * @param rows tokens that are read, at most T
 * @param firstCounted first row whose prediction counts; row r predicts token {@code from + r + 1}
 */
public record SlidingWindow(int from, int rows, int firstCounted) {
    /**
     * The windows over a text. The last one ends where the text does, so its context may be longer.
     *
     * @param tokens of the text, at least 2; all but the first are predicted
     * @param block T
     * @param stride 1 to T
     */
    public static List<SlidingWindow> over(int tokens, int block, int stride) {
        if (tokens < 2) {
            throw new IllegalArgumentException("a text of " + tokens + " tokens has none to predict");
        }
        if (stride < 1 || stride > block) {
            throw new IllegalArgumentException("the stride must be 1 to the block, " + block + ", got " + stride);
        }
        int predictions = tokens - 1;
        List<SlidingWindow> windows = new ArrayList<>();
        int done = Math.min(block, predictions);
        windows.add(new SlidingWindow(0, done, 0));
        while (done < predictions) {
            int end = Math.min(done + stride, predictions);
            windows.add(new SlidingWindow(end - block, block, block - (end - done)));
            done = end;
        }
        return windows;
    }
}
