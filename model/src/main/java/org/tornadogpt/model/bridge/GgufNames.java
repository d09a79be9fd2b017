package org.tornadogpt.model.bridge;

import java.util.ArrayList;
import java.util.List;
import org.tornadogpt.model.GptConfig;

/** The tensors of GGUF's architectures {@code gpt2} and {@code llama}. */
final class GgufNames {
    private GgufNames() {}

    static List<Placement> placements(GptConfig c) {
        List<Placement> all = new ArrayList<>();
        boolean llama = Family.of(c) == Family.LLAMA;
        int C = c.channels();
        all.add(Placement.of("token_embd.weight", "wte.weight", c.vocabularySize(), C));
        if (!llama) {
            all.add(Placement.of("position_embd.weight", "wpe.weight", c.blockSize(), C));
        }
        for (int l = 0; l < c.layers(); l++) {
            if (llama) {
                llama(all, c, "blk." + l + ".", "h." + l + ".");
            } else {
                gpt2(all, c, "blk." + l + ".", "h." + l + ".");
            }
        }
        norm(all, "output_norm", "ln_f", C, !llama);
        if (!c.tiedHead()) {
            all.add(Placement.of("output.weight", "lm_head.weight", c.vocabularySize(), C));
        }
        return all;
    }

    private static void norm(List<Placement> all, String theirs, String ours, int C, boolean bias) {
        all.add(Placement.vector(theirs + ".weight", ours + ".weight", C));
        if (bias) {
            all.add(Placement.vector(theirs + ".bias", ours + ".bias", C));
        }
    }

    private static void gpt2(List<Placement> all, GptConfig c, String theirs, String ours) {
        int C = c.channels();
        norm(all, theirs + "attn_norm", ours + "ln_1", C, true);
        linear(all, theirs + "attn_qkv", ours + "attn.c_attn", 0, c.packedWidth(), C, true);
        linear(all, theirs + "attn_output", ours + "attn.c_proj", 0, C, C, true);
        norm(all, theirs + "ffn_norm", ours + "ln_2", C, true);
        linear(all, theirs + "ffn_up", ours + "mlp.c_fc", 0, c.mlpHidden(), C, true);
        linear(all, theirs + "ffn_down", ours + "mlp.c_proj", 0, C, c.mlpHidden(), true);
    }

    private static void llama(List<Placement> all, GptConfig c, String theirs, String ours) {
        int C = c.channels();
        int Q = c.heads() * c.headSize();
        int K = c.kvHeads() * c.headSize();
        int M = c.mlpHidden();
        norm(all, theirs + "attn_norm", ours + "ln_1", C, false);
        List<Placement> turned = new ArrayList<>();
        linear(turned, theirs + "attn_q", ours + "attn.c_attn", 0, Q, C, c.qkvBias());
        turned.forEach(p -> all.add(p.interleaved(c.heads())));
        turned.clear();
        linear(turned, theirs + "attn_k", ours + "attn.c_attn", Q, K, C, c.qkvBias());
        turned.forEach(p -> all.add(p.interleaved(c.kvHeads())));
        linear(all, theirs + "attn_v", ours + "attn.c_attn", Q + K, K, C, c.qkvBias());
        linear(all, theirs + "attn_output", ours + "attn.c_proj", 0, C, Q, c.projectionBias());
        norm(all, theirs + "ffn_norm", ours + "ln_2", C, false);
        linear(all, theirs + "ffn_gate", ours + "mlp.c_fc", 0, M, C, c.mlpBias());
        linear(all, theirs + "ffn_up", ours + "mlp.c_fc", M, M, C, c.mlpBias());
        linear(all, theirs + "ffn_down", ours + "mlp.c_proj", 0, C, M, c.mlpBias());
    }

    private static void linear(
            List<Placement> all, String theirs, String ours, int first, int out, int in, boolean bias) {
        all.add(Placement.of(theirs + ".weight", ours + ".weight", out, in).from(first));
        if (bias) {
            all.add(Placement.vector(theirs + ".bias", ours + ".bias", out).from(first));
        }
    }
}
