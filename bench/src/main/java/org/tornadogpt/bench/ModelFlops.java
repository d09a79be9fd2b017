package org.tornadogpt.bench;

import org.tornadogpt.model.GptConfig;
import org.tornadogpt.model.ModelConfig;

/**
 * Model FLOPs as papers count them (Chowdhery et al. 2022, appendix B; nanoGPT's {@code estimate_mfu}): {@code 6 N + 12
 * L C T} a token for forward and backward, N the parameters that are multiplied with, L layers, C channels, T tokens of a
 * block. Attention counts all pairs, also those that the causal mask leaves out; embeddings and recomputation count
 * nothing.
 */
final class ModelFlops {
    private ModelFlops() {}

    /** FLOPs of one token's forward and backward pass; 0 for models that the formula is not for. */
    static double perToken(ModelConfig config) {
        if (!(config instanceof GptConfig gpt)) {
            return 0;
        }
        long looked = gpt.positions() == GptConfig.Positions.LEARNED ? (long) gpt.blockSize() * gpt.channels() : 0;
        if (!gpt.tiedHead()) {
            looked += (long) gpt.vocabularySize() * gpt.channels();
        }
        double multiplied = (double) gpt.model().parameters().size() - looked;
        return 6 * multiplied + 12.0 * gpt.layers() * gpt.channels() * gpt.blockSize();
    }
}
