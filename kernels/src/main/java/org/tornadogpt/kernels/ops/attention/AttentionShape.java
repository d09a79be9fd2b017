package org.tornadogpt.kernels.ops.attention;

import org.tornadogpt.kernels.memory.Tensor;

/**
 * Sizes of a causal self-attention. A row of the packed input is {@code [q: heads*D | k: kvHeads*D | v: kvHeads*D]};
 * query head {@code h} attends with key/value head {@code h / (heads/kvHeads)}.
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

    /** For a person, such as {@code B2 T19 H6/2 D16}. */
    public String label() {
        return "B" + B + " T" + T + " H" + heads + "/" + kvHeads + " D" + D;
    }

    /**
     * Refuses tensors of other sizes.
     *
     * @throws IllegalArgumentException unless {@code out} is (N, heads*D) and {@code qkv} (N, packed width)
     */
    public void check(String operation, Tensor out, Tensor qkv) {
        if (out.rows() != rows()
                || out.columns() != width()
                || qkv.rows() != rows()
                || qkv.columns() != packedWidth()) {
            throw new IllegalArgumentException(operation + ": " + this + " wants out (" + rows() + ", " + width()
                    + ") and qkv (" + rows() + ", " + packedWidth() + "), got " + out + " and " + qkv);
        }
    }
}
