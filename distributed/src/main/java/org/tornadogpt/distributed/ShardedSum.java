package org.tornadogpt.distributed;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tornadogpt.distributed.mpi.Mpi;
import org.tornadogpt.distributed.mpi.Request;
import org.tornadogpt.distributed.mpi.Shards;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.model.GradientReducer;
import org.tornadogpt.trainer.ranks.RanksException;

/**
 * Gives each rank the sum of its part of the gradients; it alone keeps the optimizer's state of that part and updates
 * it (ZeRO, stage 1: Rajbhandari and others 2020). The bytes moved are those of an all-reduce.
 */
final class ShardedSum implements GradientReducer {
    private static final int MOMENT = 7003;

    private final Mpi mpi;
    private final Shards shards;
    private final int from;
    private final int length;
    private final MemorySegment sum;

    ShardedSum(Mpi mpi, Shards shards) {
        this.mpi = mpi;
        this.shards = shards;
        from = shards.from(mpi.rank());
        length = shards.length(mpi.rank());
        if (shards.length(mpi.size() - 1) == 0) {
            throw new RanksException("the model's " + shards.size() + " parameters are too few to be parted among "
                    + mpi.size() + " ranks: take --exchange fast");
        }
        sum = Arena.ofAuto().allocate(ValueLayout.JAVA_FLOAT, length);
    }

    @Override
    public Part part(int parameters) {
        return new Part(from, length);
    }

    @Override
    public double reduce(Slice gradients, double loss) {
        double all = sum(loss);
        mpi.sumOfPart(Memory.of(gradients), sum, shards);
        MemorySegment.copy(sum, 0, Memory.of(gradients, from, length), 0, sum.byteSize());
        return all;
    }

    private double sum(double own) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocateFrom(ValueLayout.JAVA_DOUBLE, own);
            mpi.sumDoubles(value);
            return value.get(ValueLayout.JAVA_DOUBLE, 0);
        }
    }

    @Override
    public float norm(float own) {
        return (float) Math.sqrt(sum((double) own * own));
    }

    @Override
    public void gather(Slice parameters) {
        mpi.gatherParts(Memory.of(parameters), shards);
    }

    /** Rank 0 saves. */
    @Override
    public Optional<Slice> whole(Slice part) {
        if (mpi.rank() != 0) {
            mpi.await(mpi.startSend(Memory.of(part), 0, MOMENT));
            return Optional.empty();
        }
        Slice all = Slice.allocate(shards.size());
        List<Request> parts = new ArrayList<>();
        for (int rank = 1; rank < mpi.size(); rank++) {
            parts.add(mpi.startReceive(Memory.of(all, shards.from(rank), shards.length(rank)), rank, MOMENT));
        }
        MemorySegment.copy(Memory.of(part), 0, Memory.of(all, 0, length), 0, sum.byteSize());
        parts.forEach(mpi::await);
        return Optional.of(all);
    }
}
