package org.tornadogpt.kernels.ops.cachedattention;

import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.memory.IntSlice;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.ops.attention.AttentionShape;
import org.tornadogpt.kernels.ops.attention.CausalAttention;

/**
 * Self-attention of one new position, with the keys and values of the earlier ones kept: what {@link CausalAttention} computes for
 * its last row, without computing the others again. In an {@link AttentionShape} given here, T is how many positions the caches
 * hold. With G key/value heads:
 *
 * <pre>
 *   keyCache   (B, G*D, T)    keyCache[b,c,t]   = component c of all key heads at position t
 *   valueCache (B, T, G*D)    valueCache[b,t,c] = the same of the values
 *
 *   s[j] = q·k[j] / sqrt(D), j &lt;= position      out = sum_j softmax(s)[j] v[j]
 * </pre>
 *
 * Keys lie transposed so that the scores of neighbouring positions are computed side by side. Caches live as long as the
 * workspace; positions beyond the newest one hold anything.
 */
public interface CachedAttention extends Variant {
    String OPERATION = "cachedattention";

    @Override
    default String operation() {
        return OPERATION;
    }

    /** Puts the keys and values of {@code qkv} (B*P, packed width) into the caches at positions 0 to P. */
    void fill(KernelSink sink, AttentionShape shape, int P, Slice keyCache, Slice valueCache, Slice qkv);

    /**
     * Puts the keys and values of {@code qkv} (B, packed width) into the caches at position {@code position[0]}, and overwrites
     * {@code out} (B, heads*D).
     */
    void step(
            KernelSink sink,
            AttentionShape shape,
            Slice out,
            Slice keyCache,
            Slice valueCache,
            Slice qkv,
            IntSlice position);
}
