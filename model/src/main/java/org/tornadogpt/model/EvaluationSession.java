package org.tornadogpt.model;

import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.kernels.graph.Workspace;
import org.tornadogpt.kernels.memory.IntTensor;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.model.layer.Context;

/**
 * Measures a model's loss and nothing else: without gradients and moments. For one thread at a time. The device is
 * the caller's.
 */
public final class EvaluationSession implements LossSource {
    private static final String EVALUATE = "evaluate";

    private final LanguageModel model;
    private final int batch;
    private final Workspace workspace;
    private final IntTensor tokens;
    private final IntTensor targets;
    private final Tensor loss;

    /**
     * Allocates the memory and builds the program.
     *
     * @param kernels the device, and the variants that compute operations there
     * @param batch examples in one pass, B
     */
    public EvaluationSession(Weights weights, KernelChoices kernels, int batch) {
        Checks.positive("batch", batch);
        this.batch = batch;
        model = weights.model();
        workspace = new Workspace(kernels);
        weights.arrays().forEach(workspace::share);
        int rows = Math.multiplyExact(batch, model.blockSize());
        tokens = workspace.intInput("tokens", rows);
        targets = workspace.intInput("targets", rows);
        loss = workspace.output("loss", 1);
        Context context = Context.evaluation(batch, model.blockSize(), weights.parameters(), null);
        LanguageModel.Batch all = new LanguageModel.Batch(tokens, targets);
        workspace.record(EVALUATE, recorder -> model.recordLoss(recorder, context, all, loss));
        workspace.build();
    }

    @Override
    public float evaluate(int[] inputs, int[] nextTokens) {
        Checks.tokens("tokens", inputs, tokens.size(), model.vocabularySize());
        Checks.tokens("targets", nextTokens, targets.size(), model.vocabularySize());
        tokens.copyFrom(inputs);
        targets.copyFrom(nextTokens);
        workspace.program(EVALUATE).run();
        return loss.slice().get(0);
    }

    @Override
    public int batch() {
        return batch;
    }
}
