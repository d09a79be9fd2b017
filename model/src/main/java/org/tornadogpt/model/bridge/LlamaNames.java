package org.tornadogpt.model.bridge;

import java.util.ArrayList;
import java.util.List;
import org.tornadogpt.model.GptConfig;

/** The tensors of {@code LlamaForCausalLM}. */
final class LlamaNames {
    static final String TOKENS = "model.embed_tokens.weight";

    private LlamaNames() {}

    static List<Placement> placements(GptConfig c) {
        int C = c.channels();
        List<Placement> all = new ArrayList<>();
        all.add(Placement.of(TOKENS, "wte.weight", c.vocabularySize(), C));
        for (int l = 0; l < c.layers(); l++) {
            String h = "h." + l + ".";
            String theirs = "model.layers." + l + ".";
            all.add(Placement.vector(theirs + "input_layernorm.weight", h + "ln_1.weight", C));
            attention(all, c, theirs + "self_attn.", h + "attn.");
            all.add(Placement.vector(theirs + "post_attention_layernorm.weight", h + "ln_2.weight", C));
            feedForward(all, c, theirs + "mlp.", h + "mlp.");
        }
        all.add(Placement.vector("model.norm.weight", "ln_f.weight", C));
        if (!c.tiedHead()) {
            all.add(Placement.of("lm_head.weight", "lm_head.weight", c.vocabularySize(), C));
        }
        return all;
    }

    private static void attention(List<Placement> all, GptConfig c, String theirs, String ours) {
        boolean bias = c.qkvBias() || c.projectionBias();
        int queries = c.heads() * c.headSize();
        int keys = c.kvHeads() * c.headSize();
        linear(all, theirs + "q_proj", ours + "c_attn", 0, queries, c.channels(), bias);
        linear(all, theirs + "k_proj", ours + "c_attn", queries, keys, c.channels(), bias);
        linear(all, theirs + "v_proj", ours + "c_attn", queries + keys, keys, c.channels(), bias);
        linear(all, theirs + "o_proj", ours + "c_proj", 0, c.channels(), queries, bias);
    }

    private static void feedForward(List<Placement> all, GptConfig c, String theirs, String ours) {
        int M = c.mlpHidden();
        linear(all, theirs + "gate_proj", ours + "c_fc", 0, M, c.channels(), c.mlpBias());
        linear(all, theirs + "up_proj", ours + "c_fc", M, M, c.channels(), c.mlpBias());
        linear(all, theirs + "down_proj", ours + "c_proj", 0, c.channels(), M, c.mlpBias());
    }

    private static void linear(
            List<Placement> all, String theirs, String ours, int first, int out, int in, boolean bias) {
        all.add(Placement.of(theirs + ".weight", ours + ".weight", out, in).from(first));
        if (bias) {
            all.add(Placement.vector(theirs + ".bias", ours + ".bias", out).from(first));
        }
    }
}
