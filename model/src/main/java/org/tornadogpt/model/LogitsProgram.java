package org.tornadogpt.model;

import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.kernels.graph.Workspace;
import org.tornadogpt.kernels.memory.IntTensor;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.model.layer.Context;

/** The program that predicts the token after one context, computing all of it. */
final class LogitsProgram {
    private static final String NAME = "logits";

    private final Workspace workspace;
    private final LanguageModel model;
    private final IntTensor tokens;
    private final IntTensor last;
    private final Tensor logits;

    LogitsProgram(Weights weights, KernelChoices kernels) {
        model = weights.model();
        workspace = new Workspace(kernels);
        weights.arrays().forEach(workspace::share);
        tokens = workspace.intInput("context", model.blockSize());
        last = workspace.intInput("last", 1);
        logits = workspace.output("logits", 1, model.vocabularySize());
        Context context = Context.evaluation(1, model.blockSize(), weights.parameters(), null);
        workspace.record(NAME, recorder -> model.recordLogits(recorder, context, tokens, last, logits));
        workspace.build();
    }

    float[] run(int... context) {
        int[] padded = new int[model.blockSize()];
        System.arraycopy(context, 0, padded, 0, context.length);
        tokens.copyFrom(padded);
        last.array().set(0, context.length - 1);
        workspace.program(NAME).run();
        return logits.slice().toArray();
    }
}
