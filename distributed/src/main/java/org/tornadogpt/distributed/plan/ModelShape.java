package org.tornadogpt.distributed.plan;

import java.util.Locale;
import java.util.Map;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.model.GptConfig;
import org.tornadogpt.model.ModelConfig;
import org.tornadogpt.model.Presets;
import org.tornadogpt.trainer.settings.UsageException;

/**
 * What of a model decides memory and time.
 *
 * @param parameters P
 * @param layers L
 * @param channels C
 * @param heads H
 * @param block T
 * @param vocabulary V
 */
record ModelShape(String name, long parameters, int layers, int channels, int heads, int block, int vocabulary) {
    private static final Map<String, ModelShape> LARGE = Map.of(
            "124m", gpt("124M", 12, 768, 12, 1024, 50257),
            "1.5b", gpt("1.5B", 48, 1600, 25, 1024, 50257),
            "7b", gpt("7B", 32, 4096, 32, 2048, 50257));

    /** GPT-2's architecture with a tied head: 12 L C² + 13 L C for the layers, embeddings, last normalisation. */
    private static ModelShape gpt(String name, int layers, int channels, int heads, int block, int vocabulary) {
        long l = layers;
        long c = channels;
        long parameters = l * (12 * c * c + 13 * c) + (vocabulary + (long) block) * c + 2 * c;
        return new ModelShape(name, parameters, layers, channels, heads, block, vocabulary);
    }

    /** A preset, or one of the sizes 124M, 1.5B and 7B. */
    static ModelShape of(String name) {
        ModelShape large = LARGE.get(name.toLowerCase(Locale.ROOT));
        if (large != null) {
            return large;
        }
        ModelConfig config;
        try {
            config = Presets.find(name);
        } catch (IllegalArgumentException e) {
            throw new UsageException("--model must be 124M, 1.5B, 7B or a preset: " + e.getMessage(), e);
        }
        if (!(config instanceof GptConfig gpt)) {
            throw new UsageException("--model " + name + " has no layers: there is nothing to plan");
        }
        return new ModelShape(
                name,
                config.model().parameters().size(),
                gpt.layers(),
                gpt.channels(),
                gpt.heads(),
                gpt.blockSize(),
                gpt.vocabularySize());
    }

    /** Floating-point operations of a token, forward and backward: 6 for each parameter, and attention's. */
    double flopsPerToken() {
        return 6.0 * parameters + 12.0 * layers * channels * block;
    }

    /** Parameters lie in one array: models that are larger than that do not fit the program as it is. */
    boolean fitsOneArray() {
        return parameters <= Slice.LONGEST;
    }
}
