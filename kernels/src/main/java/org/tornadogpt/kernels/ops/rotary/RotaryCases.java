package org.tornadogpt.kernels.ops.rotary;

import java.util.List;
import org.tornadogpt.kernels.cases.KernelCase;
import org.tornadogpt.kernels.cases.KernelCases;
import org.tornadogpt.kernels.memory.IntTensor;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.kernels.ops.attention.AttentionShape;

/** Forward by the sequences' own positions, backward by positions given one by one. */
public final class RotaryCases implements KernelCases {
    private static final float THETA = 10_000f;

    @Override
    public String operation() {
        return Rotary.OPERATION;
    }

    @Override
    public List<KernelCase> few() {
        return List.of(both(new AttentionShape(2, 19, 6, 2, 14)));
    }

    @Override
    public List<KernelCase> more() {
        return List.of(
                both(new AttentionShape(1, 1, 1, 1, 2)),
                both(new AttentionShape(3, 7, 5, 5, 64)),
                both(new AttentionShape(2, 32, 4, 1, 128)),
                both(new AttentionShape(1, 130, 12, 12, 80)));
    }

    private KernelCase both(AttentionShape s) {
        int maxPositions = s.T() + 3;
        return new KernelCase(operation(), s.label(), 1, (recorder, t) -> {
            Tensor qkv = t.activation("qkv", s.rows(), s.packedWidth());
            Rotary.forward(recorder, new Rotary.Forward(qkv, s, null, maxPositions, THETA));
            IntTensor positions = t.below("positions", maxPositions, s.B());
            Tensor rows = t.activation("rows", s.B(), s.packedWidth());
            Tensor drows = t.activation("drows", s.B(), s.packedWidth());
            Rotary.Forward step = new Rotary.Forward(rows, s, positions, maxPositions, THETA);
            Rotary.forward(recorder, step);
            Rotary.backward(recorder, new Rotary.Backward(step, drows));
            t.result(qkv);
            t.result(rows);
            t.result(drows);
        });
    }
}
