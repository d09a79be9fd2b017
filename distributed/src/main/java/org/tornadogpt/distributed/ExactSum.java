package org.tornadogpt.distributed;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.tornadogpt.distributed.mpi.Mpi;
import org.tornadogpt.distributed.mpi.Shards;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.model.GradientReducer;

/**
 * Adds the micro-steps' gradients one after the other, in their order. Every rank does so for its part of the array: it
 * is sent that part of each gradient, and at the end of a step all send their sums to all. Moved are twice the array's
 * bytes in a step of one round.
 */
final class ExactSum implements GradientReducer {
    private final Mpi mpi;
    private final Shards shards;
    private final int part;
    private final MemorySegment received;
    private final MemorySegment sum;
    private double loss;

    ExactSum(Mpi mpi, Shards shards) {
        this.mpi = mpi;
        this.shards = shards;
        part = shards.length(mpi.rank());
        received = Arena.ofAuto().allocate(ValueLayout.JAVA_FLOAT, Math.max(1, (long) part * mpi.size()));
        sum = Arena.ofAuto().allocate(ValueLayout.JAVA_FLOAT, Math.max(1, part));
    }

    @Override
    public boolean takesEach() {
        return true;
    }

    @Override
    public void take(Slice gradient, double microLoss, boolean first) {
        if (first) {
            loss = 0;
        }
        for (double one : mpi.gather(microLoss)) {
            loss += one;
        }
        mpi.exchangeParts(Memory.of(gradient), received, shards);
        for (int rank = 0; rank < mpi.size(); rank++) {
            if (first && rank == 0) {
                MemorySegment.copy(received, 0, sum, 0, (long) part * Float.BYTES);
            } else {
                add(sum, received, (long) rank * part, part);
            }
        }
    }

    private static void add(MemorySegment to, MemorySegment from, long begin, int count) {
        for (int i = 0; i < count; i++) {
            float value = to.getAtIndex(ValueLayout.JAVA_FLOAT, i) + from.getAtIndex(ValueLayout.JAVA_FLOAT, begin + i);
            to.setAtIndex(ValueLayout.JAVA_FLOAT, i, value);
        }
    }

    @Override
    public double reduce(Slice gradients, double ownLoss) {
        int from = shards.from(mpi.rank());
        MemorySegment.copy(sum, 0, Memory.of(gradients, from, part), 0, (long) part * Float.BYTES);
        mpi.gatherParts(Memory.of(gradients), shards);
        return loss;
    }
}
