package org.tornadogpt.distributed;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.tornadogpt.distributed.mpi.Mpi;
import org.tornadogpt.distributed.mpi.MpiException;
import org.tornadogpt.distributed.mpi.Request;
import org.tornadogpt.distributed.mpi.Waiter;
import org.tornadogpt.trainer.ranks.RanksException;

/**
 * Looks for lost ranks while this one waits. A process of this host that has ended is seen at once. For others rank 0
 * calls the roll when it has waited for long: who waits, too, answers, and who does not answer is computing endlessly,
 * stopped, or cut off.
 */
final class Lookout implements Waiter {
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(400);
    private static final int ROLL = 7001;
    private static final int HERE = 7002;

    private final Mpi mpi;
    private final Peers peers;
    private final Timeouts timeouts;
    private final MemorySegment message = Arena.ofAuto().allocate(1);
    private Request roll;
    private long limit;
    private long lookedNanos;
    private long heardNanos;
    private Optional<Integer> suspect = Optional.empty();

    Lookout(Mpi mpi, Peers peers, Timeouts timeouts) {
        this.mpi = mpi;
        this.peers = peers;
        this.timeouts = timeouts;
        limit = timeouts.nanos();
        expectRoll();
    }

    private void expectRoll() {
        if (mpi.rank() != 0) {
            roll = mpi.startReceive(message, 0, ROLL);
        }
    }

    /** Ends what is still expected. */
    void close() {
        if (mpi.rank() == 0) {
            for (int rank = 1; rank < mpi.size(); rank++) {
                mpi.await(mpi.startSend(message, rank, ROLL));
            }
        } else {
            mpi.await(roll);
        }
    }

    /** Runs a transfer before which one of the ranks may be busy for long. */
    void patiently(Runnable transfer) {
        limit = timeouts.longNanos();
        try {
            transfer.run();
        } finally {
            limit = timeouts.nanos();
        }
    }

    @Override
    public void waiting(String operation, long nanos) {
        long now = System.nanoTime();
        if (nanos < LOOK_NANOS || now - lookedNanos < LOOK_NANOS) {
            return;
        }
        lookedNanos = now;
        lookForDead();
        long silence = Math.min(nanos, now - heardNanos);
        if (mpi.rank() == 0) {
            if (silence > limit) {
                callRoll(silence);
                heardNanos = System.nanoTime();
            }
        } else {
            answer();
            if (silence > limit + 2 * timeouts.answerNanos()) {
                throw new RanksException(lost(List.of(0), silence));
            }
        }
    }

    /** The library may notice before the system does that a process has ended. */
    @Override
    public void failed(MpiException failure) {
        long start = System.nanoTime();
        while (System.nanoTime() - start < timeouts.answerNanos()) {
            lookForDead();
            LockSupport.parkNanos(LOOK_NANOS / 2);
        }
        throw failure;
    }

    /** Twice the same: one that ends as it should may be gone a moment before this one knows. */
    private void lookForDead() {
        Optional<Integer> dead = peers.dead();
        if (dead.isPresent() && dead.equals(suspect)) {
            throw new RanksException(peers.describe(dead.get()) + " has died");
        }
        suspect = dead;
    }

    private void answer() {
        if (mpi.isDone(roll)) {
            heardNanos = System.nanoTime();
            expectRoll();
            mpi.startSend(message, 0, HERE);
        }
    }

    private void callRoll(long silence) {
        List<Request> answers = new ArrayList<>();
        for (int rank = 1; rank < mpi.size(); rank++) {
            answers.add(mpi.startReceive(Arena.ofAuto().allocate(1), rank, HERE));
            mpi.startSend(message, rank, ROLL);
        }
        long start = System.nanoTime();
        List<Integer> missing = missing(answers);
        while (!missing.isEmpty() && System.nanoTime() - start < timeouts.answerNanos()) {
            Thread.onSpinWait();
            missing = missing(answers);
        }
        if (!missing.isEmpty()) {
            throw new RanksException(lost(missing, silence));
        }
    }

    private List<Integer> missing(List<Request> answers) {
        List<Integer> missing = new ArrayList<>();
        for (int i = 0; i < answers.size(); i++) {
            if (!mpi.isDone(answers.get(i))) {
                missing.add(i + 1);
            }
        }
        return missing;
    }

    private String lost(List<Integer> ranks, long silence) {
        return ranks.stream().map(peers::describe).collect(Collectors.joining(" and ")) + " did not answer for "
                + TimeUnit.NANOSECONDS.toSeconds(silence) + " s: stopped, cut off or busy with something endless ("
                + Timeouts.VARIABLE + " sets how long ranks wait)";
    }
}
