package org.tornadogpt.distributed.mpi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/** One of the processes of {@link MpiTest}: does every kind of transfer once and ends with 1 where one is wrong. */
final class MpiProbe {
    private static final int SIZE = 100_003;

    private final Mpi mpi;
    private final Shards shards;

    private MpiProbe(Mpi mpi) {
        this.mpi = mpi;
        shards = new Shards(SIZE, mpi.size());
    }

    public static void main(String[] args) {
        Mpi mpi = Mpi.init(System.getenv());
        new MpiProbe(mpi).all();
        mpi.barrier();
        if (mpi.rank() == 0) {
            System.out.println("all right: " + mpi.size() + " ranks, " + mpi.localSize() + " here, " + mpi.version());
        }
        mpi.finish();
    }

    private void all() {
        sums();
        parts();
        exchange();
        gather();
        broadcast();
        messages();
    }

    /** A value that tells ranks and elements apart; sums of them are exact. */
    private static float value(int rank, int i) {
        return (rank + 1) * (i % 1009) + rank;
    }

    private float sumOfAll(int i) {
        float sum = 0;
        for (int rank = 0; rank < mpi.size(); rank++) {
            sum += value(rank, i);
        }
        return sum;
    }

    private MemorySegment values() {
        MemorySegment values = Arena.ofAuto().allocate(ValueLayout.JAVA_FLOAT, SIZE);
        for (int i = 0; i < SIZE; i++) {
            values.setAtIndex(ValueLayout.JAVA_FLOAT, i, value(mpi.rank(), i));
        }
        return values;
    }

    private void sums() {
        MemorySegment values = values();
        mpi.sum(values);
        for (int i = 0; i < SIZE; i++) {
            require("sum", i, sumOfAll(i), values.getAtIndex(ValueLayout.JAVA_FLOAT, i));
        }
        MemorySegment doubles = Arena.ofAuto().allocateFrom(ValueLayout.JAVA_DOUBLE, 1e-3 * mpi.rank(), 7);
        mpi.maxDoubles(doubles);
        require("max", 0, (float) (1e-3 * (mpi.size() - 1)), (float) doubles.getAtIndex(ValueLayout.JAVA_DOUBLE, 0));
        mpi.sumDoubles(doubles);
        require("sumDoubles", 1, 7f * mpi.size(), (float) doubles.getAtIndex(ValueLayout.JAVA_DOUBLE, 1));
    }

    private void parts() {
        MemorySegment values = values();
        int from = shards.from(mpi.rank());
        int length = shards.length(mpi.rank());
        MemorySegment part = Arena.ofAuto().allocate(ValueLayout.JAVA_FLOAT, length + 1L);
        mpi.sumOfPart(values, part, shards);
        for (int i = 0; i < length; i++) {
            require("sumOfPart", i, sumOfAll(from + i), part.getAtIndex(ValueLayout.JAVA_FLOAT, i));
        }
        require("sumOfPart", length, 0, part.getAtIndex(ValueLayout.JAVA_FLOAT, length));
        MemorySegment.copy(part, 0, values, (long) from * Float.BYTES, (long) length * Float.BYTES);
        mpi.gatherParts(values, shards);
        for (int i = 0; i < SIZE; i++) {
            require("gatherParts", i, sumOfAll(i), values.getAtIndex(ValueLayout.JAVA_FLOAT, i));
        }
    }

    private void exchange() {
        int from = shards.from(mpi.rank());
        int length = shards.length(mpi.rank());
        MemorySegment parts = Arena.ofAuto().allocate(ValueLayout.JAVA_FLOAT, (long) length * mpi.size());
        mpi.exchangeParts(values(), parts, shards);
        for (int rank = 0; rank < mpi.size(); rank++) {
            for (int i = 0; i < length; i++) {
                float found = parts.getAtIndex(ValueLayout.JAVA_FLOAT, (long) rank * length + i);
                require("exchangeParts", i, value(rank, from + i), found);
            }
        }
    }

    private void gather() {
        double[] all = mpi.gather(mpi.rank(), 0.5);
        for (int rank = 0; rank < mpi.size(); rank++) {
            require("gather", 2 * rank, rank, (float) all[2 * rank]);
            require("gather", 2 * rank + 1, 0.5f, (float) all[2 * rank + 1]);
        }
    }

    private void broadcast() {
        int root = mpi.size() - 1;
        byte[] sent = "from the last".getBytes(java.nio.charset.StandardCharsets.UTF_8);
        MemorySegment bytes = Arena.ofAuto().allocate(sent.length);
        if (mpi.rank() == root) {
            MemorySegment.copy(sent, 0, bytes, ValueLayout.JAVA_BYTE, 0, sent.length);
        }
        mpi.broadcast(bytes, root);
        if (!Arrays.equals(sent, bytes.toArray(ValueLayout.JAVA_BYTE))) {
            throw new AssertionError("broadcast");
        }
    }

    /** Round the ring. */
    private void messages() {
        MemorySegment sent = Arena.ofAuto().allocateFrom(ValueLayout.JAVA_INT, mpi.rank());
        MemorySegment received = Arena.ofAuto().allocate(ValueLayout.JAVA_INT);
        int next = (mpi.rank() + 1) % mpi.size();
        int previous = (mpi.rank() + mpi.size() - 1) % mpi.size();
        Request receive = mpi.startReceive(received, previous, 3);
        mpi.await(mpi.startSend(sent, next, 3));
        mpi.await(receive);
        require("message", 0, previous, received.get(ValueLayout.JAVA_INT, 0));
    }

    private void require(String what, int i, float expected, float found) {
        if (expected != found) {
            throw new AssertionError(
                    "rank " + mpi.rank() + ": " + what + "[" + i + "] is " + found + ", expected " + expected);
        }
    }
}
