package org.tornadogpt.kernels.ops.embedding;

import java.util.List;
import org.tornadogpt.kernels.cases.KernelCase;
import org.tornadogpt.kernels.cases.KernelCases;
import org.tornadogpt.kernels.memory.IntTensor;
import org.tornadogpt.kernels.memory.Tensor;

/** Tokens with positions and, as a gather of rows, without. */
public final class EmbeddingCases implements KernelCases {
    @Override
    public String operation() {
        return Embedding.OPERATION;
    }

    @Override
    public List<KernelCase> few() {
        return List.of(withPositions(2, 9, 31, 17), gather(19, 31, 17));
    }

    @Override
    public List<KernelCase> more() {
        return List.of(withPositions(1, 1, 1, 1), withPositions(4, 64, 300, 70), gather(1, 1, 1), gather(130, 7, 65));
    }

    private KernelCase withPositions(int B, int T, int V, int C) {
        String name = "B" + B + " T" + T + " V" + V + " C" + C;
        return new KernelCase(operation(), name, B * T, (recorder, t) -> {
            IntTensor tokens = t.below("tokens", V, B * T);
            Tensor out = t.unset("out", B * T, C);
            Embedding.forward(
                    recorder, new Embedding.Forward(out, tokens, t.parameter("wte", V, C), t.parameter("wpe", T, C)));
            t.result(out);
            Tensor dTokens = t.parameter("dwte", V, C);
            Tensor dPositions = t.parameter("dwpe", T, C);
            Embedding.backward(
                    recorder, new Embedding.Backward(dTokens, dPositions, t.activation("dout", B * T, C), tokens));
            t.resultState(dTokens);
            t.resultState(dPositions);
        });
    }

    private KernelCase gather(int N, int V, int C) {
        return new KernelCase(operation(), "gather N" + N + " V" + V + " C" + C, N, (recorder, t) -> {
            IntTensor rows = t.below("rows", V, N);
            Tensor out = t.unset("out", N, C);
            Embedding.gather(recorder, new Embedding.Gather(out, rows, t.parameter("table", V, C)));
            t.result(out);
            Tensor dtable = t.parameter("dtable", V, C);
            Embedding.gatherBackward(recorder, new Embedding.GatherBackward(dtable, t.activation("dout", N, C), rows));
            t.resultState(dtable);
        });
    }
}
