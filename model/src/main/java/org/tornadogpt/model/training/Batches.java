package org.tornadogpt.model.training;

import org.tornadogpt.kernels.kernel.random.Philox;

/**
 * Random blocks of a part. Which blocks make up a batch is a pure function of the seed, the step and the micro-step, so
 * a run that is resumed anywhere sees the batches that it would have seen. Blocks lie wholly inside the part.
 */
public final class Batches {
    /** Keeps the random numbers of different purposes apart. */
    public enum Purpose {
        TRAIN(1),
        EVALUATE_TRAINING(2),
        EVALUATE_VALIDATION(3);

        private final int stream;

        Purpose(int stream) {
            this.stream = stream;
        }
    }

    private final Part part;
    private final long positions;
    private final int batch;
    private final int block;
    private final long seed;
    private final Purpose purpose;

    /** @throws IllegalArgumentException if the part is too short for a block */
    public Batches(Part part, int batch, int block, long seed, Purpose purpose) {
        this.part = part;
        this.positions = part.positions(block);
        this.batch = batch;
        this.block = block;
        this.seed = seed;
        this.purpose = purpose;
    }

    /** Number of ints in a batch of tokens, and in one of targets. */
    public int size() {
        return Math.multiplyExact(batch, block);
    }

    /** Where row {@code row} of a batch begins, in tokens from the start of the whole sequence. */
    public long position(long step, int microStep, int row) {
        long bits = ((long) word(step, microStep, row, 0) << 32) | (word(step, microStep, row, 1) & 0xFFFFFFFFL);
        return part.from() + Math.unsignedMultiplyHigh(bits, positions);
    }

    /** The last counter word is negative, which keeps these numbers apart from those of dropout masks. */
    private int word(long step, int microStep, int row, int which) {
        int last = Integer.MIN_VALUE | purpose.stream;
        return Philox.word((int) seed, (int) (seed >> 32), (int) step, microStep, row, last, which);
    }

    /**
     * Writes one batch.
     *
     * @param tokens (batch, block), overwritten
     * @param targets (batch, block), overwritten: the token after each of {@code tokens}
     */
    public void fill(long step, int microStep, int[] tokens, int[] targets) {
        for (int row = 0; row < batch; row++) {
            long from = position(step, microStep, row);
            part.tokens().copy(from, tokens, row * block, block);
            part.tokens().copy(from + 1, targets, row * block, block);
        }
    }
}
