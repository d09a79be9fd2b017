package org.tornadogpt.model;

import java.util.Map;
import org.tornadogpt.kernels.Device;
import org.tornadogpt.kernels.KernelChoices;
import org.tornadogpt.kernels.Tensor;
import org.tornadogpt.kernels.Workspace;

/** A model's parameters and its next-token program, without the memory that training needs. The device is the caller's. */
public final class InferenceSession implements LogitsSource, AutoCloseable {
    private final LanguageModel model;
    private final Workspace workspace;
    private final Tensor parameters;
    private final LogitsProgram logits;

    /**
     * Allocates the memory and builds the program.
     *
     * @param kernelOverrides operation name to variant name; the device's defaults for the others
     */
    public InferenceSession(LanguageModel model, Device device, Map<String, String> kernelOverrides) {
        this.model = model;
        workspace = new Workspace(device, new KernelChoices(device, kernelOverrides));
        parameters = workspace.state("parameters", model.parameters().size());
        logits = new LogitsProgram(workspace, model, parameters);
        workspace.build();
    }

    /** Sets the parameters to their values before training. */
    public void initialise(long seed) {
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

    /** All parameters, flat; after writing to them call {@code workspace().toDevice}. */
    public Tensor parameters() {
        return parameters;
    }

    public Workspace workspace() {
        return workspace;
    }

    /** Nothing to release: memory goes with the object, and the device is the caller's. */
    @Override
    public void close() {}
}
