package org.tornadogpt.model;

import org.tornadogpt.kernels.IntTensor;
import org.tornadogpt.kernels.Tensor;
import org.tornadogpt.kernels.Workspace;

/** The program that predicts the token after one context. */
final class LogitsProgram {
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

    float[] run(int[] context) {
        int T = model.blockSize();
        if (context.length < 1 || context.length > T) {
            throw new IllegalArgumentException("a context must have 1 to " + T + " tokens, got " + context.length);
        }
        Checks.tokens("context", context, context.length, model.vocabularySize());
        int[] padded = new int[T];
        System.arraycopy(context, 0, padded, 0, context.length);
        tokens.copyFrom(padded);
        last.copyFrom(new int[] {context.length - 1});
        workspace.program(NAME).run();
        return logits.slice().toArray();
    }
}
