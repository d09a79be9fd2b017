package org.tornadogpt.model;

import java.util.BitSet;

/** Chooses the tokens of one text, one after another, and remembers which ones it has. */
public final class Chooser {
    private final Sampling sampling;
    private final BitSet seen = new BitSet();
    private long chosen;

    /** @param prompt the tokens that the text begins with */
    public Chooser(Sampling sampling, int... prompt) {
        this.sampling = sampling;
        for (int token : prompt) {
            seen.set(token);
        }
    }

    /** How the tokens are chosen. */
    public Sampling sampling() {
        return sampling;
    }

    /** Chooses the next token. */
    public int choose(float... logits) {
        int token = sampling.choose(penalised(logits), chosen++);
        seen.set(token);
        return token;
    }

    /** The logits after the repetition penalty: the same array where there is none. */
    public float[] penalised(float... logits) {
        if (sampling.repetitionPenalty() == 1) {
            return logits;
        }
        float[] changed = logits.clone();
        for (int i = seen.nextSetBit(0); i >= 0 && i < changed.length; i = seen.nextSetBit(i + 1)) {
            double penalty = sampling.repetitionPenalty();
            changed[i] = (float) (changed[i] > 0 ? changed[i] / penalty : changed[i] * penalty);
        }
        return changed;
    }
}
