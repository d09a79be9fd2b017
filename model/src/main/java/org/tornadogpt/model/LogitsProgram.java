package org.tornadogpt.model;

import org.tornadogpt.kernels.graph.Workspace;
import org.tornadogpt.kernels.memory.IntTensor;
import org.tornadogpt.kernels.memory.Tensor;

/** The program that predicts the token after one context. */
final class LogitsProgram implements InferenceSession.Predictor {
    private static final String NAME = "logits";

    private final Workspace workspace;
    private final LanguageModel model;
    private final IntTensor tokens;
    private final IntTensor last;
    private final Tensor logits;

    /** Records the program; the caller builds the workspace. */
    LogitsProgram(Workspace workspace, LanguageModel model, Tensor parameters) {
        this.workspace = workspace;
        this.model = model;
        tokens = workspace.intInput("context", model.blockSize());
        last = workspace.intInput("last", 1);
        logits = workspace.output("logits", 1, model.vocabularySize());
        workspace.record(NAME, ops -> model.recordLogits(ops, tokens, last, parameters, logits));
    }

    @Override
    public float[] run(int[] context) {
        Checks.context(context, model);
        int[] padded = new int[model.blockSize()];
        System.arraycopy(context, 0, padded, 0, context.length);
        tokens.copyFrom(padded);
        last.copyFrom(new int[] {context.length - 1});
        workspace.program(NAME).run();
        return logits.slice().toArray();
    }
}
