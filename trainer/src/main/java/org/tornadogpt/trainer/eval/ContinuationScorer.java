package org.tornadogpt.trainer.eval;

import java.util.Arrays;
import org.tornadogpt.model.ScoringSession;
import org.tornadogpt.model.Tokenizer;

/**
 * How likely a model holds continuations. Context and continuation become tokens together; those beyond the tokens of
 * the context alone are the continuation's. What exceeds the block is cut from the context's beginning.
 */
public final class ContinuationScorer {
    /**
     * A continuation.
     *
     * @param logProbability of all its tokens together, in nats
     * @param greedy whether each is the likeliest where it stands
     * @param tokens how many it has
     * @param cut tokens of the context that the block had no room for
     * @param unknown characters that the model has no token for
     */
    public record Score(double logProbability, boolean greedy, int tokens, int cut, long unknown) {}

    private final ScoringSession session;
    private final Tokenizer tokenizer;
    private final int[] inputs;

    public ContinuationScorer(ScoringSession session, Tokenizer tokenizer) {
        this.session = session;
        this.tokenizer = tokenizer;
        inputs = new int[session.batch() * session.blockSize()];
    }

    /**
     * Scores one.
     *
     * @throws IllegalArgumentException if there is nothing to score, or more than a block
     */
    public Score score(String context, String continuation) {
        Tokenizer.Encoded all = tokenizer.encodePrompt(context + continuation);
        int[] tokens = all.tokens();
        int from = Math.min(tokenizer.encodePrompt(context).tokens().length, tokens.length);
        int length = tokens.length - from;
        int T = session.blockSize();
        if (from < 1 || length < 1) {
            throw new IllegalArgumentException("context and continuation need a token each");
        }
        if (length > T) {
            throw new IllegalArgumentException(
                    "a continuation of " + length + " tokens is longer than the model's block, " + T);
        }
        int cut = Math.max(0, tokens.length - 1 - T);
        Arrays.fill(inputs, 0);
        System.arraycopy(tokens, cut, inputs, 0, tokens.length - 1 - cut);
        session.run(inputs);
        double sum = 0;
        boolean greedy = true;
        for (int i = from; i < tokens.length; i++) {
            int row = i - 1 - cut;
            sum += session.logProbability(row, tokens[i]);
            greedy &= session.likeliest(row) == tokens[i];
        }
        return new Score(sum, greedy, length, cut, all.replaced() + all.leftOut());
    }
}
