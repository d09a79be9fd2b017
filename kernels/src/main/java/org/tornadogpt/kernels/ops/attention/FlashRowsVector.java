package org.tornadogpt.kernels.ops.attention;

import org.tornadogpt.kernels.kernel.vector.VectorSlice;

/**
 * What one block of work is, and how its rows get into a worker's scratch array and back: some key/value heads of one
 * sequence with their query heads, row-major, {@code [q | k | v]} as in the tensor. Where all heads of a sequence are
 * small enough to stay in a core's cache, a block is a whole sequence: its rows then lie side by side in memory and are
 * copied at once.
 *
 * @param groups key/value heads in a block
 */
record FlashRowsVector(AttentionShape shape, int groups) {
    /** Floats of packed rows that may stay in the cache, with what is computed from them. */
    private static final int CACHED = 1 << 17;

    /** With fewer sequences than this, heads are the only work to share out. */
    private static final int MANY_SEQUENCES = 8;

    static FlashRowsVector of(AttentionShape s) {
        boolean whole = s.B() >= MANY_SEQUENCES && (long) s.T() * s.packedWidth() <= CACHED;
        return new FlashRowsVector(s, whole ? s.kvHeads() : 1);
    }

    int blocks() {
        return shape.B() * shape.kvHeads() / groups;
    }

    /** The sequence of a block. */
    int sequence(int block) {
        return block / (shape.kvHeads() / groups);
    }

    /** The first key/value head of a block. */
    int firstGroup(int block) {
        return block % (shape.kvHeads() / groups) * groups;
    }

    /** Query heads that share a key/value head. */
    int headsPerGroup() {
        return shape.heads() / shape.kvHeads();
    }

    /** Width of a block's queries, and of its outputs. */
    int width() {
        return groups * headsPerGroup() * shape.D();
    }

    /** Width of a block's packed rows. */
    int packedWidth() {
        return width() + 2 * groups * shape.D();
    }

    /** Column of query head {@code h} of the block, in packed rows and in outputs. */
    int q(int h) {
        return h * shape.D();
    }

    /** Column of the keys of key/value head {@code g} of the block. */
    int k(int g) {
        return width() + g * shape.D();
    }

    /** Column of the values of key/value head {@code g} of the block. */
    int v(int g) {
        return width() + (groups + g) * shape.D();
    }

    /** Copies a block's packed rows from the tensor. */
    void loadPacked(VectorSlice packed, int block, float[] s, int to) {
        long from = packedAt(block);
        int T = shape.T();
        if (groups == shape.kvHeads()) {
            packed.copyTo(from, s, to, T * packedWidth());
            return;
        }
        int kv = groups * shape.D();
        for (int t = 0, at = to; t < T; t++, at += packedWidth(), from += shape.packedWidth()) {
            packed.copyTo(from + queriesAt(block), s, at, width());
            packed.copyTo(from + keysAt(block), s, at + width(), kv);
            packed.copyTo(from + keysAt(block) + (long) shape.kvHeads() * shape.D(), s, at + width() + kv, kv);
        }
    }

    /** Copies a block's packed rows to the tensor. */
    void storePacked(float[] s, int from, VectorSlice packed, int block) {
        long to = packedAt(block);
        int T = shape.T();
        if (groups == shape.kvHeads()) {
            packed.copyFrom(to, s, from, T * packedWidth());
            return;
        }
        int kv = groups * shape.D();
        for (int t = 0, at = from; t < T; t++, at += packedWidth(), to += shape.packedWidth()) {
            packed.copyFrom(to + queriesAt(block), s, at, width());
            packed.copyFrom(to + keysAt(block), s, at + width(), kv);
            packed.copyFrom(to + keysAt(block) + (long) shape.kvHeads() * shape.D(), s, at + width() + kv, kv);
        }
    }

    /** Copies a block's rows of a tensor as wide as the outputs. */
    void loadOut(VectorSlice out, int block, float[] s, int to) {
        long from = outAt(block);
        if (groups == shape.kvHeads()) {
            out.copyTo(from, s, to, shape.T() * width());
            return;
        }
        for (int t = 0; t < shape.T(); t++) {
            out.copyTo(from + (long) t * shape.width(), s, to + t * width(), width());
        }
    }

    /** Copies a block's outputs to the tensor. */
    void storeOut(float[] s, int from, VectorSlice out, int block) {
        long to = outAt(block);
        if (groups == shape.kvHeads()) {
            out.copyFrom(to, s, from, shape.T() * width());
            return;
        }
        for (int t = 0; t < shape.T(); t++) {
            out.copyFrom(to + (long) t * shape.width(), s, from + t * width(), width());
        }
    }

    private long packedAt(int block) {
        return (long) sequence(block) * shape.T() * shape.packedWidth();
    }

    private long outAt(int block) {
        return (long) sequence(block) * shape.T() * shape.width() + queriesAt(block);
    }

    private long queriesAt(int block) {
        return (long) firstGroup(block) * headsPerGroup() * shape.D();
    }

    private long keysAt(int block) {
        return shape.width() + (long) firstGroup(block) * shape.D();
    }
}
