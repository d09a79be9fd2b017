package org.tornadogpt.model.bridge;

import java.util.ArrayList;
import java.util.List;
import org.tornadogpt.model.GptConfig;

/** The tensors of {@code GPT2LMHeadModel}. */
final class Gpt2Names {
    /** Before all names but the head's; files of the published models lack it. */
    static final String PREFIX = "transformer.";

    private Gpt2Names() {}

    static List<Placement> placements(GptConfig c, String prefix) {
        int C = c.channels();
        List<Placement> all = new ArrayList<>();
        all.add(Placement.of(prefix + "wte.weight", "wte.weight", c.vocabularySize(), C));
        all.add(Placement.of(prefix + "wpe.weight", "wpe.weight", c.blockSize(), C));
        for (int l = 0; l < c.layers(); l++) {
            String h = "h." + l + ".";
            norm(all, prefix, h + "ln_1", C);
            linear(all, prefix, h + "attn.c_attn", c.packedWidth(), C);
            linear(all, prefix, h + "attn.c_proj", C, C);
            norm(all, prefix, h + "ln_2", C);
            linear(all, prefix, h + "mlp.c_fc", c.mlpHidden(), C);
            linear(all, prefix, h + "mlp.c_proj", C, c.mlpHidden());
        }
        norm(all, prefix, "ln_f", C);
        if (!c.tiedHead()) {
            all.add(Placement.of("lm_head.weight", "lm_head.weight", c.vocabularySize(), C));
        }
        return all;
    }

    private static void norm(List<Placement> all, String prefix, String name, int C) {
        all.add(Placement.vector(prefix + name + ".weight", name + ".weight", C));
        all.add(Placement.vector(prefix + name + ".bias", name + ".bias", C));
    }

    private static void linear(List<Placement> all, String prefix, String name, int out, int in) {
        all.add(Placement.of(prefix + name + ".weight", name + ".weight", out, in)
                .transposed());
        all.add(Placement.vector(prefix + name + ".bias", name + ".bias", out));
    }
}
