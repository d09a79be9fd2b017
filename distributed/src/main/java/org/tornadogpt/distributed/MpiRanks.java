package org.tornadogpt.distributed;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.tornadogpt.distributed.mpi.Mpi;
import org.tornadogpt.distributed.mpi.Shards;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.model.GradientReducer;
import org.tornadogpt.trainer.ranks.Exchange;
import org.tornadogpt.trainer.ranks.Ranks;

/** The ranks of an MPI job. */
final class MpiRanks implements Ranks {
    private final Mpi mpi;
    private final Lookout lookout;
    private final LastWord lastWord;

    MpiRanks(Mpi mpi, Timeouts timeouts, LastWord lastWord) {
        this.mpi = mpi;
        this.lastWord = lastWord;
        lookout = new Lookout(mpi, Peers.of(mpi), timeouts);
        mpi.setWaiter(lookout);
    }

    /** Comes to the end together with the others. */
    void finish() {
        awaitLong();
        lookout.close();
    }

    @Override
    public int rank() {
        return mpi.rank();
    }

    @Override
    public int size() {
        return mpi.size();
    }

    @Override
    public int localRank() {
        return mpi.localRank();
    }

    @Override
    public int localSize() {
        return mpi.localSize();
    }

    @Override
    public String description() {
        return mpi.version();
    }

    @Override
    public boolean takeLastWord() {
        return lastWord.take();
    }

    @Override
    public boolean any(boolean mine) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocateFrom(ValueLayout.JAVA_DOUBLE, mine ? 1 : 0);
            mpi.maxDoubles(value);
            return value.get(ValueLayout.JAVA_DOUBLE, 0) > 0;
        }
    }

    @Override
    public double[] gather(double... mine) {
        return mpi.gather(mine);
    }

    @Override
    public String share(String mine, int from) {
        byte[] own = mine.getBytes(StandardCharsets.UTF_8);
        int length = (int) mpi.gather(own.length)[from];
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(Math.max(1, length));
            if (rank() == from) {
                MemorySegment.copy(own, 0, bytes, ValueLayout.JAVA_BYTE, 0, length);
            }
            mpi.broadcast(bytes, from);
            return new String(bytes.toArray(ValueLayout.JAVA_BYTE), 0, length, StandardCharsets.UTF_8);
        }
    }

    @Override
    public void share(Slice values) {
        mpi.broadcastFloats(Memory.of(values), 0);
    }

    @Override
    public void awaitLong() {
        lookout.patiently(mpi::barrier);
    }

    @Override
    public GradientReducer reducer(Exchange exchange, int parameters) {
        return switch (exchange) {
            case EXACT -> new ExactSum(mpi, new Shards(parameters, mpi.size()));
            case FAST -> new FastSum(mpi);
            case SHARDED -> new ShardedSum(mpi, new Shards(parameters, mpi.size()));
        };
    }
}
