package org.tornadogpt.kernels.ops.attention;

import java.util.List;
import org.tornadogpt.kernels.cases.KernelCase;
import org.tornadogpt.kernels.cases.KernelCases;
import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.memory.Tensor;

/** Forward and backward in one program, grouped queries and dropout among them. */
public final class CausalAttentionCases implements KernelCases {
    @Override
    public String operation() {
        return CausalAttention.OPERATION;
    }

    @Override
    public List<KernelCase> few() {
        return List.of(both(new AttentionShape(2, 19, 3, 3, 16), 0.2f));
    }

    @Override
    public List<KernelCase> more() {
        return List.of(
                both(new AttentionShape(1, 1, 1, 1, 8), 0f),
                both(new AttentionShape(2, 33, 4, 2, 32), 0f),
                both(new AttentionShape(1, 65, 2, 2, 64), 0.1f),
                both(new AttentionShape(1, 130, 1, 1, 128), 0f));
    }

    private KernelCase both(AttentionShape s, float dropped) {
        return new KernelCase(operation(), s.label() + " dropout " + dropped, s.T() + s.D(), (recorder, t) -> {
            Dropout dropout = dropped > 0 ? t.dropout(dropped) : Dropout.none();
            Tensor qkv = t.activation("qkv", s.rows(), s.packedWidth());
            Tensor out = t.unset("out", s.rows(), s.width());
            CausalAttention.Forward forward = new CausalAttention.Forward(out, qkv, s, dropout);
            Tensor saved = CausalAttention.forward(recorder, forward);
            Tensor dqkv = t.unset("dqkv", s.rows(), s.packedWidth());
            CausalAttention.backward(
                    recorder,
                    new CausalAttention.Backward(forward, saved, dqkv, t.activation("dout", s.rows(), s.width())));
            t.result(out);
            t.result(dqkv);
        });
    }
}
