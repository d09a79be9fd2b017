package org.tornadogpt.model;

import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.kernels.graph.Workspace;
import org.tornadogpt.kernels.memory.IntTensor;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.model.layer.Context;

/**
 * How likely a model holds every token of a text: a pass over B sequences of T tokens gives the logits after each of
 * them. For one thread at a time. The device is the caller's.
 */
public final class ScoringSession {
    private static final String SCORE = "score";

    private final LanguageModel model;
    private final int batch;
    private final Workspace workspace;
    private final IntTensor tokens;
    private final Tensor logits;

    /**
     * Allocates the memory and builds the program.
     *
     * @param kernels the device, and the variants that compute operations there
     * @param batch sequences in one pass, B
     */
    public ScoringSession(Weights weights, KernelChoices kernels, int batch) {
        Checks.positive("batch", batch);
        this.batch = batch;
        model = weights.model();
        workspace = new Workspace(kernels);
        weights.arrays().forEach(workspace::share);
        int rows = Math.multiplyExact(batch, model.blockSize());
        tokens = workspace.intInput("tokens", rows);
        logits = workspace.output("logits", rows, model.vocabularySize());
        Context context = Context.evaluation(batch, model.blockSize(), weights.parameters(), null);
        workspace.record(SCORE, recorder -> model.recordLogits(recorder, context, tokens, null, logits));
        workspace.build();
    }

    /** Sequences in one pass, B. */
    public int batch() {
        return batch;
    }

    /** Tokens of a sequence, T. */
    public int blockSize() {
        return model.blockSize();
    }

    /**
     * Computes the logits after each token. No row depends on the tokens after it, so a short sequence may be filled up
     * with any token.
     *
     * @param inputs (B*T)
     */
    public void run(int... inputs) {
        Checks.tokens("tokens", inputs, tokens.size(), model.vocabularySize());
        tokens.copyFrom(inputs);
        workspace.program(SCORE).run();
    }

    /**
     * The logarithm of a token's probability after a row of the last pass, in nats; sums in double precision.
     *
     * @param row 0 to B*T - 1
     */
    public double logProbability(int row, int target) {
        Slice all = logits.slice();
        int V = model.vocabularySize();
        int from = row * V;
        double largest = Double.NEGATIVE_INFINITY;
        for (int v = 0; v < V; v++) {
            largest = Math.max(largest, all.get(from + v));
        }
        double sum = 0;
        for (int v = 0; v < V; v++) {
            sum += StrictMath.exp(all.get(from + v) - largest);
        }
        return all.get(from + target) - largest - StrictMath.log(sum);
    }

    /** The likeliest token after a row of the last pass; the lower one among equally likely ones. */
    public int likeliest(int row) {
        int V = model.vocabularySize();
        int best = 0;
        for (int v = 1; v < V; v++) {
            if (logits.slice().get(row * V + v) > logits.slice().get(row * V + best)) {
                best = v;
            }
        }
        return best;
    }
}
