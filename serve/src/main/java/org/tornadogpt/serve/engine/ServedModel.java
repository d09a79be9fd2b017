package org.tornadogpt.serve.engine;

import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.model.DecodeSession;
import org.tornadogpt.model.LanguageModel;
import org.tornadogpt.model.Tokenizer;
import org.tornadogpt.model.Weights;

/** A model under the name that requests call it by. Its sessions are for the engine's thread only. */
public final class ServedModel {
    /** Most beams of one search. */
    public static final int MOST_BEAMS = 8;

    private final String name;
    private final Tokenizer tokenizer;
    private final Weights weights;
    private final KernelChoices kernels;
    private final int batch;
    private final long created;
    private DecodeSession session;
    private DecodeSession beams;

    /**
     * A model that is loaded.
     *
     * @param batch most texts that are written at a time
     * @param created seconds since 1970
     */
    public ServedModel(
            String name, Tokenizer tokenizer, Weights weights, KernelChoices kernels, int batch, long created) {
        this.name = name;
        this.tokenizer = tokenizer;
        this.weights = weights;
        this.kernels = kernels;
        this.batch = batch;
        this.created = created;
    }

    /** Bytes that keys and values of one text take, at most. */
    public static long cacheBytes(LanguageModel model) {
        return model.cache().stream()
                .mapToLong(shape -> 2L * shape.width() * shape.positions() * Float.BYTES)
                .sum();
    }

    public String name() {
        return name;
    }

    public Tokenizer tokenizer() {
        return tokenizer;
    }

    public LanguageModel model() {
        return weights.model();
    }

    public Weights weights() {
        return weights;
    }

    /** The device, and what computes there. */
    public KernelChoices kernels() {
        return kernels;
    }

    /** When the model was made, in seconds since 1970. */
    public long created() {
        return created;
    }

    /** The session of the running batch; called by the engine's thread, or before there is one. */
    public DecodeSession session() {
        if (session == null) {
            session = new DecodeSession(weights, kernels, batch);
        }
        return session;
    }

    /** A session for one search, or one look inside, at a time; called by the engine's thread. */
    public DecodeSession beams() {
        if (beams == null) {
            beams = new DecodeSession(weights, kernels, MOST_BEAMS);
        }
        return beams;
    }
}
