package org.tornadogpt.model.training;

import java.util.PrimitiveIterator;

/** Where a step's tokens come from. */
@FunctionalInterface
public interface TokenFeed {
    /**
     * Fills one pass.
     *
     * @param step updates before this one
     * @param microStep number of the pass within the step
     * @param tokens (B, T), overwritten
     * @param targets (B, T), overwritten: the token after each of {@code tokens}
     * @return false if there are not enough tokens left; the step is then not taken
     */
    boolean fill(long step, int microStep, int[] tokens, int[] targets);

    /** Random blocks, without end; see {@link Batches}. */
    static TokenFeed of(Batches batches) {
        return (step, microStep, tokens, targets) -> {
            batches.fill(step, microStep, tokens, targets);
            return true;
        };
    }

    /** All tokens in their order, each once, until the iterator ends. */
    static TokenFeed of(PrimitiveIterator.OfInt all) {
        return new TokenFeed() {
            private boolean begun;
            private int next;

            @Override
            public boolean fill(long step, int microStep, int[] tokens, int[] targets) {
                if (!begun) {
                    if (!all.hasNext()) {
                        return false;
                    }
                    next = all.nextInt();
                    begun = true;
                }
                for (int i = 0; i < tokens.length; i++) {
                    if (!all.hasNext()) {
                        return false;
                    }
                    tokens[i] = next;
                    next = all.nextInt();
                    targets[i] = next;
                }
                return true;
            }
        };
    }
}
