package org.tornadogpt.distributed.mpi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * A flat array in as many parts as there are ranks, in their order. All but the last few are equally long, and each
 * begins where a cache line does if the array does.
 */
public final class Shards {
    private static final int LINE = 16;

    private final int size;
    private final int ranks;
    private final int usual;
    private final MemorySegment lengths;
    private final MemorySegment starts;

    /** @param size floats in all */
    public Shards(int size, int ranks) {
        this.size = size;
        this.ranks = ranks;
        int lines = Math.ceilDiv(size, LINE);
        usual = Math.multiplyExact(Math.ceilDiv(lines, ranks), LINE);
        lengths = native32(this::length);
        starts = native32(this::from);
    }

    private MemorySegment native32(IntUnaryOperator values) {
        return Arena.ofAuto()
                .allocateFrom(
                        ValueLayout.JAVA_INT,
                        IntStream.range(0, ranks).map(values).toArray());
    }

    public int size() {
        return size;
    }

    public int ranks() {
        return ranks;
    }

    /** The first float of a rank's part. */
    public int from(int rank) {
        return (int) Math.min((long) usual * rank, size);
    }

    /** Floats in a rank's part; none, if there are more ranks than cache lines. */
    public int length(int rank) {
        return from(rank + 1) - from(rank);
    }

    MemorySegment lengths() {
        return lengths;
    }

    MemorySegment starts() {
        return starts;
    }

    /** {@code value} for each rank, as C's ints. */
    MemorySegment all(int value) {
        return native32(rank -> value);
    }

    /** Where each rank's copy begins, if there is one after the other, each {@code length} floats long. */
    MemorySegment everyOther(int length) {
        return native32(rank -> Math.multiplyExact(rank, length));
    }
}
