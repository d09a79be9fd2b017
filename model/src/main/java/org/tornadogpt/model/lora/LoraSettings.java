package org.tornadogpt.model.lora;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Which matrices get adapters, and of what size: {@code W + alpha / rank * B A}.
 *
 * @param rank rows of A, columns of B
 * @param alpha how much adapters count
 * @param targets of {@link #TARGETS}
 */
public record LoraSettings(int rank, float alpha, List<String> targets) {
    /** Names of matrices to their parameters in a block. */
    public static final Map<String, String> TARGETS =
            Map.of("qkv", "attn.c_attn", "proj", "attn.c_proj", "fc", "mlp.c_fc", "out", "mlp.c_proj");

    private static final int LARGEST = 1 << 12;

    public LoraSettings {
        targets = List.copyOf(targets);
        if (rank < 1 || rank > LARGEST) {
            throw new IllegalArgumentException("lora: rank must be 1 to " + LARGEST + ", got " + rank);
        }
        if (!(alpha > 0 && alpha < Float.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("lora: alpha must be above 0, got " + alpha);
        }
        if (targets.isEmpty() || !TARGETS.keySet().containsAll(targets)) {
            throw new IllegalArgumentException(
                    "lora: targets must be some of qkv, proj, fc, out, joined by +; got " + String.join("+", targets));
        }
    }

    /** Reads {@code rank=8,alpha=16,targets=qkv+proj}; what is left out is so. */
    public static LoraSettings parse(String text) {
        int rank = 8;
        float alpha = 16;
        List<String> targets = List.of("qkv", "proj");
        for (String part : text.split(",", -1)) {
            String[] pair = part.strip().split("=", 2);
            try {
                switch (pair[0]) {
                    case "rank" -> rank = Integer.parseInt(pair[1]);
                    case "alpha" -> alpha = Float.parseFloat(pair[1]);
                    case "targets" -> targets = new ArrayList<>(Arrays.asList(pair[1].split("\\+", -1)));
                    default ->
                        throw new IllegalArgumentException("lora: '" + part
                                + "' is none of rank=, alpha=, targets=, such as rank=8,alpha=16,targets=qkv+proj");
                }
            } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
                throw new IllegalArgumentException("lora: '" + part + "' has no number", e);
            }
        }
        return new LoraSettings(rank, alpha, targets);
    }

    /** By which B A is multiplied. */
    public float scale() {
        return alpha / rank;
    }
}
