package org.tornadogpt.kernels.device.jvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tornadogpt.kernels.kernel.steal.StealableLoop;
import org.tornadogpt.kernels.kernel.steal.StealableTask;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class StealableTaskTest {
    private static final int ROUNDS = 5;

    /**
     * Each block runs a loop several times; an iteration's value tells which rounds it has seen, and in which order.
     */
    private static class Rounds implements StealableTask {
        private final int length;
        private final long[][] values;
        private final int[] blocks;
        private final int[] rounds;
        private final StealableLoop[] loops;

        Rounds(int threads, int blockCount, int length) {
            this.length = length;
            values = new long[blockCount][length];
            blocks = new int[threads];
            rounds = new int[threads];
            loops = new StealableLoop[threads];
            for (int i = 0; i < threads; i++) {
                int owner = i;
                loops[i] = new StealableLoop(length, iteration -> iteration(owner, iteration));
            }
        }

        void iteration(int owner, int i) {
            long before = values[blocks[owner]][i];
            if (i % 3 == 0) {
                Thread.onSpinWait();
            }
            values[blocks[owner]][i] = 10 * before + rounds[owner] + 1;
        }

        @Override
        public void run(int block, int worker) {
            blocks[worker] = block;
            for (int round = 0; round < ROUNDS; round++) {
                rounds[worker] = round;
                loops[worker].run();
                for (int i = 0; i < length; i++) {
                    long digits = values[block][i];
                    assertThat(digits % 10).as("round of iteration %d", i).isEqualTo(round + 1);
                }
            }
        }

        @Override
        public boolean help() {
            for (StealableLoop loop : loops) {
                if (loop.help()) {
                    return true;
                }
            }
            return false;
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void everyIterationRunsOnceInEachRound(int threads) {
        try (WorkerPool pool = new WorkerPool(threads)) {
            for (int blocks : new int[] {1, 2, 3, 5}) {
                for (int length : new int[] {0, 1, 2, 7, 40}) {
                    for (int repetition = 0; repetition < 20; repetition++) {
                        Rounds rounds = new Rounds(threads, blocks, length);
                        pool.run(blocks, rounds);
                        for (long[] row : rounds.values) {
                            assertThat(row).containsOnly(expected(length));
                        }
                    }
                }
            }
        }
    }

    @Test
    void nothingIsLeftOfALoopThatFailed() {
        StealableLoop loop = new StealableLoop(5, i -> {
            if (i == 1) {
                throw new ArithmeticException("iteration " + i);
            }
        });
        assertThatThrownBy(loop::run).hasMessage("iteration 1");
        assertThat(loop.help()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"1, 0", "3, 0", "4, 1", "7, 4"})
    void theLastIterationsAreLeftToTheOwner(int length, int helped) {
        AtomicInteger runs = new AtomicInteger();
        StealableLoop[] loop = new StealableLoop[1];
        loop[0] = new StealableLoop(length, i -> {
            if (runs.getAndIncrement() == 0) {
                int taken = 0;
                while (loop[0].help()) {
                    taken++;
                }
                assertThat(taken).isEqualTo(helped);
            }
        });
        loop[0].run();
        assertThat(runs).hasValue(length);
    }

    private static long[] expected(int length) {
        return length == 0 ? new long[0] : new long[] {12345};
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void allThreadsTakePartInTheOnlyBlock(int threads) {
        try (WorkerPool pool = new WorkerPool(threads)) {
            Set<Thread> seen = ConcurrentHashMap.newKeySet();
            pool.run(1, new Rounds(threads, 1, threads + 2) {
                @Override
                void iteration(int owner, int i) {
                    seen.add(Thread.currentThread());
                    while (seen.size() < threads) {
                        LockSupport.parkNanos(100_000);
                    }
                    super.iteration(owner, i);
                }
            });
            assertThat(seen).hasSize(threads);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void aFailedIterationReachesTheCallerAndThePoolGoesOn(int threads) {
        try (WorkerPool pool = new WorkerPool(threads)) {
            for (int failing : new int[] {0, 3, 6}) {
                Rounds rounds = new Rounds(threads, 2, 7) {
                    @Override
                    void iteration(int owner, int i) {
                        if (i == failing) {
                            throw new ArithmeticException("iteration " + i);
                        }
                        super.iteration(owner, i);
                    }
                };
                assertThatThrownBy(() -> pool.run(2, rounds))
                        .isInstanceOf(IllegalStateException.class)
                        .hasStackTraceContaining("iteration");
                pool.run(2, new Rounds(threads, 2, 7));
            }
        }
    }
}
