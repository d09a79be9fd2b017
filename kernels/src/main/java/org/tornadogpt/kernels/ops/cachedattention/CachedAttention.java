package org.tornadogpt.kernels.ops.cachedattention;

import java.util.List;
import org.tornadogpt.kernels.graph.OperationCall;
import org.tornadogpt.kernels.graph.Recorder;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.memory.IntSlice;
import org.tornadogpt.kernels.memory.IntTensor;
import org.tornadogpt.kernels.memory.Shapes;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.kernels.ops.attention.AttentionShape;
import org.tornadogpt.kernels.ops.attention.CausalAttention;

/**
 * Self-attention of one new position, with the keys and values of the earlier ones kept: what {@link CausalAttention}
 * computes for its last row, without computing the others again. A sequence's keys and values lie in a slot of the
 * caches. Row b continues the sequence in slot {@code slots[b]}, whose next position is {@code positions[b]}; sequences
 * may be of different lengths, and no two rows may name one slot. In an {@link AttentionShape} given here, B is the
 * number of rows and T how many positions a slot holds. With S slots and G key/value heads:
 *
 * <pre>
 *   keyCache   (S, G*D, T)    keyCache[s,c,t]   = component c of all key heads at position t
 *   valueCache (S, T, G*D)    valueCache[s,t,c] = the same of the values
 *
 *   s[j] = q·k[j] / sqrt(D), j &lt;= position      out = sum_j softmax(s)[j] v[j]
 * </pre>
 *
 * Keys lie transposed so that the scores of neighbouring positions are computed side by side. Caches live as long as
 * the workspace; positions beyond the newest one hold anything. A row's result does not depend on the other rows.
 */
public interface CachedAttention extends Variant {
    String OPERATION = "cachedattention";

    /** Arguments of {@link #fill(Recorder, Fill)}; qkv (B*P, packed width), slots (B). */
    record Fill(Tensor keyCache, Tensor valueCache, Tensor qkv, IntTensor slots, AttentionShape shape)
            implements OperationCall {
        @Override
        public void record(Recorder recorder) {
            CachedAttention.fill(recorder, this);
        }
    }

    /**
     * Arguments of {@link #step(Recorder, Step)}: out (B, heads*D), qkv (B, packed width), positions (B), slots (B).
     */
    record Step(
            Tensor out,
            Tensor keyCache,
            Tensor valueCache,
            Tensor qkv,
            IntTensor positions,
            IntTensor slots,
            AttentionShape shape)
            implements OperationCall {
        @Override
        public void record(Recorder recorder) {
            CachedAttention.step(recorder, this);
        }
    }

    /** Puts the keys and values of {@code qkv} into the rows' slots at positions 0 to P; what lies beyond stays. */
    static void fill(Recorder recorder, Fill a) {
        AttentionShape s = a.shape;
        check("fillCaches", a.keyCache, a.valueCache, a.slots, s);
        int P = a.qkv.rows() / s.B();
        if (a.qkv.columns() != s.packedWidth() || a.qkv.rows() % s.B() != 0 || P > s.T()) {
            throw new IllegalArgumentException("fillCaches: qkv " + a.qkv + " does not fit " + s);
        }
        CachedAttention variant = recorder.variant(CachedAttention.class);
        recorder.node(
                variant,
                "fill",
                a,
                List.of(a.qkv),
                List.of(a.keyCache, a.valueCache),
                0,
                sink -> variant.fill(
                        sink, s, P, a.keyCache.slice(), a.valueCache.slice(), a.qkv.slice(), a.slots.slice()));
    }

    /**
     * Attention of one new position of each row's sequence: puts its key and value into the row's slot at its position
     * and attends over positions 0 to that, which must be below T.
     */
    static void step(Recorder recorder, Step a) {
        AttentionShape s = a.shape;
        check("attentionStep", a.keyCache, a.valueCache, a.slots, s);
        new AttentionShape(s.B(), 1, s.heads(), s.kvHeads(), s.D()).check("attentionStep", a.out, a.qkv);
        Shapes.check(a.positions.size() == s.B(), "attentionStep", "positions", a.positions, "out", a.out);
        CachedAttention variant = recorder.variant(CachedAttention.class);
        recorder.node(
                variant,
                "step",
                a,
                List.of(a.qkv),
                List.of(a.out, a.keyCache, a.valueCache),
                4L * s.rows() * s.width(),
                sink -> variant.step(
                        sink,
                        s,
                        a.out.slice(),
                        a.keyCache.slice(),
                        a.valueCache.slice(),
                        a.qkv.slice(),
                        a.positions.slice(),
                        a.slots.slice()));
    }

    private static void check(String operation, Tensor keyCache, Tensor valueCache, IntTensor slots, AttentionShape s) {
        int slot = Math.multiplyExact(s.T(), s.kvHeads() * s.D());
        if (keyCache.size() % slot != 0 || keyCache.columns() != s.T() || valueCache.size() != keyCache.size()) {
            throw new IllegalArgumentException(operation + ": " + s + " wants caches of whole slots of " + slot
                    + " floats, the keys' with T as its last dimension, got " + keyCache + " and " + valueCache);
        }
        Shapes.check(slots.size() == s.B(), operation, "slots", slots, "shape", s);
    }

    @Override
    default String operation() {
        return OPERATION;
    }

    /** Puts the keys and values of {@code qkv} (B*P, packed width) into slots {@code slots} (B) at positions 0 to P. */
    void fill(
            KernelSink sink, AttentionShape shape, int P, Slice keyCache, Slice valueCache, Slice qkv, IntSlice slots);

    /**
     * Puts the keys and values of {@code qkv} (B, packed width) into slots {@code slots} (B) at {@code positions} (B),
     * and overwrites {@code out} (B, heads*D).
     */
    void step(
            KernelSink sink,
            AttentionShape shape,
            Slice out,
            Slice keyCache,
            Slice valueCache,
            Slice qkv,
            IntSlice positions,
            IntSlice slots);
}
