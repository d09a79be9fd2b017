package org.tornadogpt.kernels.ops.attention;

/**
 * Sizes of a causal self-attention. A row of the packed input is {@code [q: heads*D | k: kvHeads*D | v: kvHeads*D]}; query head
 * {@code h} attends with key/value head {@code h / (heads/kvHeads)}.
 *
 * @param B batch
 * @param T time
 * @param heads query heads (H)
 * @param kvHeads key/value heads, a divisor of {@code heads}; equal to it in ordinary multi-head attention
 * @param D head size
 */
public record AttentionShape(int B, int T, int heads, int kvHeads, int D) {
    public AttentionShape {
        if (B <= 0 || T <= 0 || heads <= 0 || kvHeads <= 0 || D <= 0 || heads % kvHeads != 0) {
            throw new IllegalArgumentException("attention: impossible sizes B=" + B + " T=" + T + " heads=" + heads
                    + " kvHeads=" + kvHeads + " D=" + D + " (kvHeads must divide heads)");
        }
    }

    /** Rows of the input and output, B*T. */
    public int rows() {
        return Math.multiplyExact(B, T);
    }

    /** Width of the packed input. */
    public int packedWidth() {
        return (heads + 2 * kvHeads) * D;
    }

    /** Width of the output. */
    public int width() {
        return heads * D;
    }
}
