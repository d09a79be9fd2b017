package org.tornadogpt.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tornadogpt.model.layer.FeedForward;
import org.tornadogpt.model.layer.Norm;

/**
 * Architectures by name. The vocabulary is that of the text each one was first trained on; use
 * {@link ModelConfig#withVocabulary} for another text.
 */
public final class Presets {
    private Presets() {}

    private static Map<String, ModelConfig> all() {
        GptConfig kernelGpu = kernel(105, 256, 384, 6, 6);
        Map<String, ModelConfig> presets = new LinkedHashMap<>();
        presets.put("quote", GptConfig.builder(13, 32, 64, 4, 2).headBias(true).build());
        presets.put("kernel-cpu", kernel(95, 128, 128, 4, 4));
        presets.put("modern", modern());
        presets.put("kernel-gpu", kernelGpu);
        presets.put("shakespeare", kernelGpu.withVocabulary(65));
        presets.put(
                "shakespeare-tied",
                GptConfig.builder(65, 256, 384, 6, 6)
                        .qkvBias(false)
                        .projectionBias(false)
                        .tiedHead(true)
                        .build());
        presets.put("gpt2", gpt2());
        presets.put("bigram", new BigramConfig(65, 8));
        return presets;
    }

    private static GptConfig kernel(int V, int T, int C, int H, int L) {
        return GptConfig.builder(V, T, C, H, L)
                .activation(FeedForward.Kind.RELU)
                .qkvBias(false)
                .headBias(true)
                .dropout(0.2f)
                .build();
    }

    /** The smallest of the published ones (Radford et al. 2019), without dropout as in nanoGPT. */
    private static GptConfig gpt2() {
        return GptConfig.builder(50257, 1024, 768, 12, 12)
                .activation(FeedForward.Kind.GELU_TANH)
                .tiedHead(true)
                .build();
    }

    /** As {@code kernel-cpu}, with what GPTs have taken up since: Llama's layout. */
    private static GptConfig modern() {
        return GptConfig.builder(65, 128, 128, 4, 4)
                .kvHeads(2)
                .mlpHidden(384)
                .positions(GptConfig.Positions.ROTARY)
                .norm(Norm.Kind.RMSNORM)
                .activation(FeedForward.Kind.SWIGLU)
                .qkvBias(false)
                .projectionBias(false)
                .mlpBias(false)
                .tiedHead(true)
                .dropout(0.2f)
                .build();
    }

    /** The names of all presets. */
    public static List<String> names() {
        return List.copyOf(all().keySet());
    }

    /** The architecture called {@code name}; the error for an unknown name lists those that exist. */
    public static ModelConfig find(String name) {
        ModelConfig config = all().get(name);
        if (config == null) {
            throw new IllegalArgumentException(
                    "unknown preset '" + name + "'; there are " + String.join(", ", names()));
        }
        return config;
    }
}
