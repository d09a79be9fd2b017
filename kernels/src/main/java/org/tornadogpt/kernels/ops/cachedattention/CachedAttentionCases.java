package org.tornadogpt.kernels.ops.cachedattention;

import java.util.List;
import org.tornadogpt.kernels.cases.KernelCase;
import org.tornadogpt.kernels.cases.KernelCases;
import org.tornadogpt.kernels.memory.IntTensor;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.kernels.ops.attention.AttentionShape;

/**
 * Fills slots up to their last position, then adds to each sequence one at a position of its own and attends from it.
 */
public final class CachedAttentionCases implements KernelCases {
    @Override
    public String operation() {
        return CachedAttention.OPERATION;
    }

    @Override
    public List<KernelCase> few() {
        return List.of(fillAndStep(new AttentionShape(2, 19, 6, 2, 16)));
    }

    @Override
    public List<KernelCase> more() {
        return List.of(
                fillAndStep(new AttentionShape(3, 2, 1, 1, 7)), fillAndStep(new AttentionShape(1, 130, 2, 2, 64)));
    }

    private KernelCase fillAndStep(AttentionShape s) {
        int P = s.T() - 1;
        int kept = s.kvHeads() * s.D();
        int slots = s.B() + 1;
        int[] chosen = new int[s.B()];
        int[] at = new int[s.B()];
        for (int b = 0; b < s.B(); b++) {
            chosen[b] = s.B() - b; // slot 0 is left as it is
            at[b] = P - b % s.T();
        }
        return new KernelCase(operation(), s.label(), s.T() + s.D(), (recorder, t) -> {
            Tensor keys = t.parameter("keys", slots, kept, s.T());
            Tensor values = t.parameter("values", slots, s.T(), kept);
            IntTensor rows = t.ints("slots", chosen);
            Tensor out = t.unset("out", s.B(), s.width());
            Tensor qkv = t.activation("qkv", s.B() * P, s.packedWidth());
            CachedAttention.fill(recorder, new CachedAttention.Fill(keys, values, qkv, rows, s));
            Tensor row = t.activation("row", s.B(), s.packedWidth());
            CachedAttention.step(
                    recorder, new CachedAttention.Step(out, keys, values, row, t.ints("positions", at), rows, s));
            t.result(out);
            t.resultState(keys);
            t.resultState(values);
        });
    }
}
