package org.tornadogpt.distributed;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.tornadogpt.distributed.mpi.Mpi;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.model.GradientReducer;

/** Lets MPI add up, in an order of its own. */
final class FastSum implements GradientReducer {
    private final Mpi mpi;

    FastSum(Mpi mpi) {
        this.mpi = mpi;
    }

    @Override
    public double reduce(Slice gradients, double loss) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment all = arena.allocateFrom(ValueLayout.JAVA_DOUBLE, loss);
            mpi.sumDoubles(all);
            mpi.sum(Memory.of(gradients));
            return all.get(ValueLayout.JAVA_DOUBLE, 0);
        }
    }
}
