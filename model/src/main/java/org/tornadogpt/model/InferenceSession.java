package org.tornadogpt.model;

import java.util.Arrays;
import java.util.List;
import org.tornadogpt.kernels.graph.KernelChoices;

/**
 * Predicts the token after one context at a time. Of the last context the keys and values are kept: where the new one
 * begins with it, only what was added is computed. The device is the caller's.
 */
public final class InferenceSession implements LogitsSource, AutoCloseable {
    private final Weights weights;
    private final LogitsProgram whole;
    private final DecodeSession decode;
    private DecodeSession.Sequence sequence;
    private final int[] kept;
    private long version;

    /** A session with parameters of its own that keeps keys and values. */
    public InferenceSession(LanguageModel model, KernelChoices kernels) {
        this(new Weights(model, kernels.device()), kernels, true);
    }

    /**
     * Allocates the memory and builds the programs.
     *
     * @param kernels the device, and the variants that compute operations there
     * @param cached whether keys and values are kept; without, every token costs a pass over a whole block
     */
    public InferenceSession(Weights weights, KernelChoices kernels, boolean cached) {
        this.weights = weights;
        kept = new int[weights.model().blockSize()];
        whole = cached ? null : new LogitsProgram(weights, kernels);
        decode = cached ? new DecodeSession(weights, kernels, 1) : null;
    }

    /** The parameters, which other sessions may share. */
    public Weights weights() {
        return weights;
    }

    @Override
    public LanguageModel model() {
        return weights.model();
    }

    @Override
    public float[] logits(int[] context) {
        Checks.context(context, model());
        if (decode == null) {
            return whole.run(context);
        }
        int from = sequence == null ? 0 : sequence.length();
        boolean goesOn = from > 0
                && version == weights.version()
                && from < context.length
                && Arrays.equals(context, 0, from, kept, 0, from);
        if (goesOn) {
            for (int i = from; i < context.length; i++) {
                sequence.append(context[i]);
            }
        } else {
            open(context);
        }
        System.arraycopy(context, 0, kept, 0, context.length);
        while (!sequence.isReady()) {
            decode.step(List.of(sequence));
        }
        return sequence.logits().clone();
    }

    private void open(int... context) {
        if (sequence != null) {
            sequence.close();
        }
        version = weights.version();
        sequence = decode.open(context);
    }

    /** Nothing to release: memory goes with the object, and the device is the caller's. */
    @Override
    public void close() {}
}
