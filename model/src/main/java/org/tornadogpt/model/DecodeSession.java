package org.tornadogpt.model;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.kernels.graph.Workspace;
import org.tornadogpt.kernels.memory.IntTensor;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.model.layer.Context;
import org.tornadogpt.model.layer.KeyValueCache;

/**
 * Sequences of one model that are continued together. Each has a slot in a cache of keys and values, joins and leaves
 * between steps, and has a position of its own. What a sequence predicts does not depend on the others: on the {@code
 * cpu} device its logits are the same, bit for bit, as when it is alone.
 *
 * <p>A long context's first half block is read at once, the rest one token a step, together with the other sequences.
 * For one thread at a time: a second one is refused. The device is the caller's.
 */
public final class DecodeSession implements AutoCloseable {
    private static final String PREFILL = "prefill";

    /** Most rows of one program. Products of more rows would be computed by tiles, whose sums have another order. */
    private static final int MOST_ROWS = 32;

    /**
     * Contexts of at most this part of a prefill's rows are read one by one. A prefill computes all its rows, used or
     * not, in the time of about a sixth of them one by one (kernel-cpu on two cores).
     */
    private static final int PART_OF_PREFILL = 8;

    /** The program of a step of so many rows, and what goes in and comes out. */
    private record Step(String name, IntTensor tokens, IntTensor positions, IntTensor slots, Tensor logits) {
        int rows() {
            return tokens.size();
        }
    }

    /** A sequence: what of it is computed, and what is still to be. */
    public final class Sequence implements AutoCloseable {
        private final int slot;
        private final Deque<Integer> pending = new ArrayDeque<>();
        private final float[] logits = new float[model.vocabularySize()];
        private int length;
        private boolean open = true;

        private Sequence(int slot) {
            this.slot = slot;
        }

        /** Tokens computed so far. */
        public int length() {
            return length;
        }

        /** Whether all tokens are computed, so that {@link #logits} predicts the next one. */
        public boolean isReady() {
            return pending.isEmpty();
        }

        /** The logits (V) of the token after the last; valid until the next step, not to be changed. */
        public float[] logits() {
            if (!isReady()) {
                throw new IllegalStateException(pending.size() + " tokens are not computed yet: step first");
            }
            return logits;
        }

        /** Adds a token, which the next {@link DecodeSession#step} computes. */
        public void append(int token) {
            if (length + pending.size() == model.blockSize()) {
                throw new IllegalArgumentException(
                        "the sequence has " + model.blockSize() + " tokens, as many as the model's block");
            }
            Checks.tokens("token", new int[] {token}, 1, model.vocabularySize());
            pending.add(token);
        }

        /** Gives the slot back. */
        @Override
        public void close() {
            if (open) {
                open = false;
                free.push(slot);
            }
        }
    }

    private final Weights weights;
    private final LanguageModel model;
    private final Workspace workspace;
    private final int maxSequences;
    private final Deque<Integer> free = new ArrayDeque<>();
    private final List<Step> steps = new ArrayList<>();
    private final IntTensor prefillTokens;
    private final IntTensor prefillSlot;
    private final IntTensor last;
    private final Tensor prefillLogits;
    private final AtomicBoolean busy = new AtomicBoolean();

    /**
     * Allocates the cache and builds the programs.
     *
     * @param kernels the device, and the variants that compute operations there
     * @param maxSequences most sequences that are open at a time
     */
    public DecodeSession(Weights weights, KernelChoices kernels, int maxSequences) {
        Checks.positive("maxSequences", maxSequences);
        this.weights = weights;
        this.maxSequences = maxSequences;
        model = weights.model();
        workspace = new Workspace(kernels);
        weights.arrays().forEach(workspace::share);
        for (int slot = maxSequences - 1; slot >= 0; slot--) {
            free.push(slot);
        }
        List<Tensor> keys = new ArrayList<>();
        List<Tensor> values = new ArrayList<>();
        allocateCache(keys, values);
        prefillTokens = workspace.intInput("context", Math.max(1, model.blockSize() / 2));
        prefillSlot = workspace.intInput("slot", 1);
        last = workspace.intInput("last", 1);
        prefillLogits = workspace.output("logits", 1, model.vocabularySize());
        KeyValueCache whole = new KeyValueCache(keys, values, prefillSlot);
        Context prefill = Context.prefill(prefillTokens.size(), weights.parameters(), whole);
        workspace.record(
                PREFILL, recorder -> model.recordLogits(recorder, prefill, prefillTokens, last, prefillLogits));
        for (int rows = 1; rows < 2 * Math.min(maxSequences, MOST_ROWS); rows *= 2) {
            record(rows, keys, values);
        }
        workspace.build();
    }

    private void allocateCache(List<Tensor> keys, List<Tensor> values) {
        if (model.cache().isEmpty()) {
            return;
        }
        int slots = slots();
        Tensor all = workspace.resident("cache", Math.toIntExact(cacheFloats()));
        int at = 0;
        for (LanguageModel.CacheShape shape : model.cache()) {
            int floats = slots * shape.floats();
            keys.add(all.view("keys." + keys.size(), at, slots, shape.width(), shape.positions()));
            values.add(all.view("values." + values.size(), at + floats, slots, shape.positions(), shape.width()));
            at += 2 * floats;
        }
    }

    /** One more than there are sequences: the place of rows of a step that no sequence has. */
    private int slots() {
        return maxSequences == 1 ? 1 : maxSequences + 1;
    }

    private long cacheFloats() {
        long perSlot =
                model.cache().stream().mapToLong(shape -> 2L * shape.floats()).sum();
        return Math.multiplyExact(perSlot, slots());
    }

    private void record(int rows, List<Tensor> keys, List<Tensor> values) {
        String suffix = "." + rows;
        Step step = new Step(
                "step" + suffix,
                workspace.intInput("tokens" + suffix, rows),
                workspace.intInput("positions" + suffix, rows),
                workspace.intInput("slots" + suffix, rows),
                workspace.output("logits" + suffix, rows, model.vocabularySize()));
        KeyValueCache cache = new KeyValueCache(keys, values, step.slots);
        Context context = Context.step(rows, weights.parameters(), step.positions, cache);
        workspace.record(step.name, recorder -> model.recordLogits(recorder, context, step.tokens, null, step.logits));
        steps.add(step);
    }

    public LanguageModel model() {
        return model;
    }

    /** Most sequences that are open at a time. */
    public int maxSequences() {
        return maxSequences;
    }

    /** How many more sequences can be opened. */
    public int free() {
        return free.size();
    }

    /**
     * Begins a sequence. Of a long context the beginning is computed at once, the rest by the next steps.
     *
     * @param context 1 to T tokens
     * @throws IllegalStateException if all slots are taken
     */
    public Sequence open(int... context) {
        Checks.context(context, model);
        enter();
        try {
            if (free.isEmpty()) {
                throw new IllegalStateException("all " + maxSequences + " slots are taken: close a sequence first");
            }
            Sequence sequence = new Sequence(free.pop());
            int from = context.length > prefillTokens.size() / PART_OF_PREFILL ? prefill(sequence, context) : 0;
            for (int i = from; i < context.length; i++) {
                sequence.pending.add(context[i]);
            }
            return sequence;
        } finally {
            busy.set(false);
        }
    }

    /** Returns how many tokens of the context were read. */
    private int prefill(Sequence sequence, int... context) {
        int count = Math.min(context.length, prefillTokens.size());
        for (int i = 0; i < prefillTokens.size(); i++) {
            prefillTokens.array().set(i, i < count ? context[i] : 0);
        }
        prefillSlot.array().set(0, sequence.slot);
        last.array().set(0, count - 1);
        workspace.program(PREFILL).run();
        prefillLogits.slice().copyTo(0, sequence.logits);
        sequence.length = count;
        return count;
    }

    /** Computes one token of each sequence that has any to compute. */
    public void step(Collection<Sequence> sequences) {
        enter();
        try {
            List<Sequence> waiting =
                    sequences.stream().filter(s -> !s.isReady()).toList();
            for (int from = 0; from < waiting.size(); from += MOST_ROWS) {
                compute(waiting.subList(from, Math.min(waiting.size(), from + MOST_ROWS)));
            }
        } finally {
            busy.set(false);
        }
    }

    private void compute(List<Sequence> rows) {
        Step step =
                steps.stream().filter(s -> s.rows() >= rows.size()).findFirst().orElseThrow();
        for (int i = 0; i < step.rows(); i++) {
            Sequence sequence = i < rows.size() ? rows.get(i) : null;
            step.tokens.array().set(i, sequence == null ? 0 : sequence.pending.element());
            step.positions.array().set(i, sequence == null ? 0 : sequence.length);
            step.slots.array().set(i, sequence == null ? maxSequences : checkOpen(sequence).slot);
        }
        workspace.program(step.name).run();
        for (int i = 0; i < rows.size(); i++) {
            Sequence sequence = rows.get(i);
            sequence.pending.remove();
            sequence.length++;
            step.logits.slice().copyTo(i * model.vocabularySize(), sequence.logits);
        }
    }

    private static Sequence checkOpen(Sequence sequence) {
        if (!sequence.open) {
            throw new IllegalStateException("the sequence is closed");
        }
        return sequence;
    }

    private void enter() {
        if (!busy.compareAndSet(false, true)) {
            throw new IllegalStateException("another thread is in this session");
        }
    }

    /** The parameters, which other sessions may share. */
    public Weights weights() {
        return weights;
    }

    /** Bytes of the cache and of what programs need in between. */
    public long bytes() {
        return cacheFloats() * Float.BYTES + workspace.activationBytes();
    }

    /** Nothing to release: memory goes with the object, and the device is the caller's. */
    @Override
    public void close() {}
}
