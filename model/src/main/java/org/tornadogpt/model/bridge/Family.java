package org.tornadogpt.model.bridge;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.tornadogpt.model.GptConfig;
import org.tornadogpt.model.ModelConfig;
import org.tornadogpt.model.layer.FeedForward;
import org.tornadogpt.model.layer.Norm;

/** Architectures that other programs know. */
public enum Family {
    /** {@code GPT2LMHeadModel}: learned positions, LayerNorm, a pointwise activation. */
    GPT2,
    /** {@code LlamaForCausalLM}: rotary positions, RMSNorm, SwiGLU, grouped queries. */
    LLAMA;

    /**
     * The family that a model belongs to.
     *
     * @throws IllegalArgumentException if neither can express it; the message names the settings that are in the way
     */
    static GptConfig check(ModelConfig config) {
        if (!(config instanceof GptConfig gpt)) {
            throw new IllegalArgumentException(
                    "other programs know no model of kind " + config.kind() + ": only gpt can be exported");
        }
        List<String> obstacles = obstacles(gpt);
        if (!obstacles.isEmpty()) {
            throw new IllegalArgumentException("this model cannot be expressed as "
                    + (of(gpt) == LLAMA ? "LlamaForCausalLM" : "GPT2LMHeadModel") + ": " + String.join(", ", obstacles)
                    + " is in the way; a model trained without can be exported");
        }
        return gpt;
    }

    static Family of(GptConfig c) {
        return c.positions() == GptConfig.Positions.ROTARY || c.norm() == Norm.Kind.RMSNORM ? LLAMA : GPT2;
    }

    private static List<String> obstacles(GptConfig c) {
        List<String> obstacles = new ArrayList<>();
        boolean llama = of(c) == LLAMA;
        add(obstacles, c.headBias(), "headBias=true");
        add(obstacles, llama && c.norm() != Norm.Kind.RMSNORM, "norm=layernorm");
        add(obstacles, llama && c.positions() == GptConfig.Positions.LEARNED, "positions=learned");
        add(obstacles, c.positions() == GptConfig.Positions.NONE, "positions=none");
        boolean swiglu = c.activation() == FeedForward.Kind.SWIGLU;
        add(obstacles, llama != swiglu, "activation=" + c.activation().name().toLowerCase(Locale.ROOT));
        add(obstacles, !llama && c.kvHeads() != c.heads(), "kvHeads=" + c.kvHeads());
        return obstacles;
    }

    private static void add(List<String> obstacles, boolean there, String name) {
        if (there) {
            obstacles.add(name);
        }
    }
}
