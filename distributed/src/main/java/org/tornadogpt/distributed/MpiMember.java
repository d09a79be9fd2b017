package org.tornadogpt.distributed;

import java.util.concurrent.TimeUnit;
import org.tornadogpt.distributed.mpi.Mpi;
import org.tornadogpt.trainer.cli.RanksProvider;
import org.tornadogpt.trainer.ranks.Ranks;

/** This process's membership in an MPI job. */
final class MpiMember implements RanksProvider.Member {
    /** A library may not return when others are gone. */
    private static final long END_MILLIS = TimeUnit.SECONDS.toMillis(10);

    private final Mpi mpi;
    private final MpiRanks ranks;

    MpiMember(Mpi mpi, Timeouts timeouts, LastWord lastWord) {
        this.mpi = mpi;
        ranks = new MpiRanks(mpi, timeouts, lastWord);
    }

    @Override
    public Ranks ranks() {
        return ranks;
    }

    @Override
    public void leave() {
        ranks.finish();
        endAnyway(0);
        mpi.finish();
    }

    @Override
    public void abort(int code) {
        endAnyway(code);
        mpi.abort(code);
    }

    private static void endAnyway(int code) {
        Thread.ofPlatform().daemon().name("end").start(() -> {
            try {
                Thread.sleep(END_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            Runtime.getRuntime().halt(code);
        });
    }
}
