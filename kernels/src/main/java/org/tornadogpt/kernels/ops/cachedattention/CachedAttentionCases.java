package org.tornadogpt.kernels.ops.cachedattention;

import java.util.List;
import org.tornadogpt.kernels.cases.KernelCase;
import org.tornadogpt.kernels.cases.KernelCases;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.kernels.ops.attention.AttentionShape;

/** Fills both caches up to their last position, then adds that one and attends from it. */
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
        return new KernelCase(operation(), s.label(), s.T() + s.D(), (recorder, t) -> {
            Tensor keys = t.parameter("keys", s.B(), kept, s.T());
            Tensor values = t.parameter("values", s.B(), s.T(), kept);
            Tensor out = t.unset("out", s.B(), s.width());
            Tensor qkv = t.activation("qkv", s.B() * P, s.packedWidth());
            CachedAttention.fill(recorder, new CachedAttention.Fill(keys, values, qkv, s));
            Tensor row = t.activation("row", s.B(), s.packedWidth());
            CachedAttention.step(recorder, new CachedAttention.Step(out, keys, values, row, t.ints("position", P), s));
            t.result(out);
            t.resultState(keys);
            t.resultState(values);
        });
    }
}
