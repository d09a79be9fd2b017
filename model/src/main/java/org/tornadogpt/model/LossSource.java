package org.tornadogpt.model;

/** Measures a model's loss on batches of one size. */
public interface LossSource {
    /** The mean loss of one batch of B*T tokens, without dropout. */
    float evaluate(int[] inputs, int[] nextTokens);

    /** Examples in one pass, B. */
    int batch();
}
