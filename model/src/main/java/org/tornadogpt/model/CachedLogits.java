package org.tornadogpt.model;

import java.util.Arrays;
import org.tornadogpt.kernels.graph.Workspace;
import org.tornadogpt.kernels.memory.IntTensor;
import org.tornadogpt.kernels.memory.Tensor;

/**
 * Predicts with what it kept of the context before. Where the new context begins with the one before, only the tokens that were
 * added are computed, one by one. Another context is read from its beginning: its first half block at once, the rest one by one,
 * which fits {@link Generator}, whose cut contexts are half a block long; of a short context each token by itself.
 */
final class CachedLogits implements InferenceSession.Predictor {
    private static final String PREFILL = "prefill";
    private static final String STEP = "step";
    /**
     * Contexts of at most this part of a prefill's rows are read one by one. A prefill computes all its rows, used or not, in the time
     * of about a sixth of them one by one (kernel-cpu on two cores).
     */
    private static final int PART_OF_PREFILL = 8;

    private final Workspace workspace;
    private final LanguageModel model;
    private final IntTensor tokens;
    private final IntTensor last;
    private final IntTensor token;
    private final IntTensor position;
    private final Tensor logits;
    private final FirstRuns firstRuns;
    private final int[] kept;
    private int keptCount;

    /** Records the programs; the caller builds the workspace. */
    CachedLogits(Workspace workspace, LanguageModel model, Tensor parameters) {
        this.workspace = workspace;
        this.model = model;
        int V = model.vocabularySize();
        tokens = workspace.intInput("context", Math.max(1, model.blockSize() / 2));
        last = workspace.intInput("last", 1);
        token = workspace.intInput("token", 1);
        position = workspace.intInput("position", 1);
        logits = workspace.output("logits", 1, V);
        firstRuns = new FirstRuns(workspace.device(), model);
        kept = new int[model.blockSize()];
        int floats = model.cacheFloats();
        Tensor cache = floats == 0 ? null : workspace.state("cache", floats);
        workspace.record(PREFILL, ops -> model.recordPrefill(ops, tokens, last, parameters, cache, logits));
        workspace.record(STEP, ops -> model.recordStep(ops, token, position, parameters, cache, logits));
    }

    @Override
    public void forget() {
        keptCount = 0;
    }

    @Override
    public float[] run(int[] context) {
        Checks.context(context, model);
        int from = keptCount;
        boolean goesOn = from > 0 && from < context.length && Arrays.equals(context, 0, from, kept, 0, from);
        // nothing is kept should a program fail
        keptCount = 0;
        if (!goesOn) {
            from = isLong(context) ? prefill(context) : 0;
        }
        for (int i = from; i < context.length; i++) {
            token.array().set(0, context[i]);
            position.array().set(0, i);
            firstRuns.run(workspace.program(STEP), 1);
        }
        System.arraycopy(context, from, kept, from, context.length - from);
        keptCount = context.length;
        return logits.slice().toArray();
    }

    private boolean isLong(int[] context) {
        return context.length > tokens.size() / PART_OF_PREFILL;
    }

    /** Returns how many tokens of the context were read. */
    private int prefill(int[] context) {
        int count = Math.min(context.length, tokens.size());
        for (int i = 0; i < tokens.size(); i++) {
            tokens.array().set(i, i < count ? context[i] : 0);
        }
        last.array().set(0, count - 1);
        firstRuns.run(workspace.program(PREFILL), tokens.size());
        System.arraycopy(context, 0, kept, 0, count);
        return count;
    }
}
