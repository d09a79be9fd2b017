package org.tornadogpt.model;

import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.kernels.graph.Workspace;
import org.tornadogpt.kernels.memory.Tensor;

/**
 * A model's parameters and its next-token programs, without the memory that training needs. Of the last context the keys and values
 * are kept, so that going on from it costs one row. The device is the caller's.
 */
public final class InferenceSession implements LogitsSource, AutoCloseable {
    private final LanguageModel model;
    private final Workspace workspace;
    private final Tensor parameters;
    private final Predictor logits;

    /** Predicts the token after a context. */
    interface Predictor {
        float[] run(int[] context);

        /** What was kept of earlier contexts is worth nothing any more. */
        default void forget() {}
    }

    /** A session that keeps keys and values. */
    public InferenceSession(LanguageModel model, KernelChoices kernels) {
        this(model, kernels, true);
    }

    /**
     * Allocates the memory and builds the programs.
     *
     * @param kernels the device, and the variants that compute operations there
     * @param cached whether keys and values are kept; without, every token costs a pass over a whole block
     */
    public InferenceSession(LanguageModel model, KernelChoices kernels, boolean cached) {
        this.model = model;
        workspace = new Workspace(kernels);
        parameters = workspace.state("parameters", model.parameters().size());
        logits = cached
                ? new CachedLogits(workspace, model, parameters)
                : new LogitsProgram(workspace, model, parameters);
        workspace.build();
    }

    /** Sets the parameters to their values before training. */
    public void initialise(long seed) {
        logits.forget();
        model.initialise(parameters, seed);
        workspace.toDevice(parameters);
    }

    @Override
    public LanguageModel model() {
        return model;
    }

    @Override
    public float[] logits(int[] context) {
        return logits.run(context);
    }

    /** All parameters, flat, to be read or, before the next prediction, written; after writing call {@code workspace().toDevice}. */
    public Tensor parameters() {
        logits.forget();
        return parameters;
    }

    public Workspace workspace() {
        return workspace;
    }

    /** Nothing to release: memory goes with the object, and the device is the caller's. */
    @Override
    public void close() {}
}
