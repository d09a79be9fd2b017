package org.tornadogpt.kernels.device.jvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class WorkerPoolTest {
    private static void checkEveryBlockRunsOnce(WorkerPool pool, int blocks) {
        AtomicIntegerArray runs = new AtomicIntegerArray(Math.max(1, blocks));
        for (boolean backwards : new boolean[] {false, true}) {
            pool.run(blocks, backwards, (block, worker) -> {
                assertThat(worker).isBetween(0, pool.threads() - 1);
                runs.incrementAndGet(block);
            });
        }
        for (int block = 0; block < blocks; block++) {
            assertThat(runs.get(block)).isEqualTo(2);
        }
    }

    @Test
    void aShareIsWalkedToAndFro() {
        try (WorkerPool pool = new WorkerPool(1)) {
            List<Integer> order = new ArrayList<>();
            pool.run(3, (block, worker) -> order.add(block));
            pool.run(3, true, (block, worker) -> order.add(block));
            assertThat(order).containsExactly(0, 1, 2, 2, 1, 0);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void runsEveryBlockOnce(int threads) {
        try (WorkerPool pool = new WorkerPool(threads)) {
            assertThat(pool.threads()).isEqualTo(threads);
            for (int blocks : new int[] {0, 1, 2, 3, 17, 1000}) {
                for (int repetition = 0; repetition < 20; repetition++) {
                    checkEveryBlockRunsOnce(pool, blocks);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void theCallerAloneDoesEveryBlockUntilItIsDone(int threads) {
        try (WorkerPool pool = new WorkerPool(threads)) {
            Thread caller = Thread.currentThread();
            List<Integer> blocks = new ArrayList<>();
            pool.alone(() -> pool.run(5, (block, worker) -> {
                assertThat(Thread.currentThread()).isSameAs(caller);
                LockSupport.parkNanos(20_000_000); // time enough for another to take a block
                blocks.add(block);
            }));
            assertThat(blocks).containsExactlyInAnyOrder(0, 1, 2, 3, 4);
            assertThatThrownBy(() -> pool.alone(() -> {
                        throw new ArithmeticException("alone");
                    }))
                    .hasMessage("alone");
            assertEveryThreadWorks(pool);
        }
    }

    /** A block for each thread, which waits until all are there. */
    private static void assertEveryThreadWorks(WorkerPool pool) {
        CountDownLatch there = new CountDownLatch(pool.threads());
        pool.run(pool.threads(), (block, worker) -> {
            there.countDown();
            try {
                assertThat(there.await(30, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void noTwoWorkersShareAnIndexAtOnce(int threads) {
        try (WorkerPool pool = new WorkerPool(threads)) {
            AtomicIntegerArray inside = new AtomicIntegerArray(threads);
            pool.run(500, (block, worker) -> {
                assertThat(inside.incrementAndGet(worker)).isEqualTo(1);
                inside.decrementAndGet(worker);
            });
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void wakesWorkersThatWentToSleep(int threads) throws InterruptedException {
        try (WorkerPool pool = new WorkerPool(threads)) {
            for (int repetition = 0; repetition < 5; repetition++) {
                Thread.sleep(30);
                checkEveryBlockRunsOnce(pool, 100);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void aFailureReachesTheCallerAndThePoolGoesOn(int threads) {
        try (WorkerPool pool = new WorkerPool(threads)) {
            for (int failing : new int[] {0, 5, 99}) {
                assertThatThrownBy(() -> pool.run(100, (block, worker) -> {
                            if (block == failing) {
                                throw new ArithmeticException("block " + block);
                            }
                        }))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("block " + failing)
                        .hasCauseInstanceOf(ArithmeticException.class);
                checkEveryBlockRunsOnce(pool, 100);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1})
    void refusesToBeEmpty(int threads) {
        assertThatThrownBy(() -> new WorkerPool(threads).close())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("" + threads);
    }
}
