package org.tornadogpt.checks.emulator;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.tornadogpt.kernels.kernel.Call;

/**
 * The items of one group, each on a virtual thread. Only the item whose turn it is runs; at a barrier, and at its end,
 * it passes the turn on. A <em>phase</em> is what lies between two barriers: it ends when each item has had its turn.
 */
final class EmulatedGroup {
    /** Thrown in waiting items to end them when another has failed. */
    private static final class Abandoned extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Abandoned() {
            super(null, null, false, false);
        }
    }

    private static final int NOBODY = -1;

    private final Call call;
    private final EmulatedItem[] items;
    private final Consumer<int[]> permute;
    private final Thread[] threads;
    private final int[] turns;
    private final List<Object> locals = new ArrayList<>();
    private final Map<Object, Object> common = new HashMap<>();
    private final Semaphore finished = new Semaphore(0);
    private int position = -1;
    private int leavers;
    private volatile int turn = NOBODY;
    private volatile boolean abandoned;
    private Throwable failure;

    /** @param permute fills an array with the order in which items run */
    EmulatedGroup(Call call, EmulatedItem[] items, Consumer<int[]> permute) {
        this.call = call;
        this.items = items;
        this.permute = permute;
        threads = new Thread[items.length];
        turns = new int[items.length];
        permute.accept(turns);
    }

    /** Runs all items to their end. */
    void run(String name) {
        for (int i = 0; i < items.length; i++) {
            int number = i;
            items[i].begin(this);
            threads[i] = Thread.ofVirtual().unstarted(() -> runItem(number));
        }
        for (Thread thread : threads) {
            thread.start();
        }
        passOn();
        finished.acquireUninterruptibly();
        if (failure != null) {
            throw new AssertionError(call.kernel() + ", " + name + ": " + failure.getMessage(), failure);
        }
    }

    private void runItem(int number) {
        try {
            awaitTurn(number);
            call.run(items[number]);
            leavers++;
            passOn();
        } catch (Abandoned e) {
            // another item has failed, and says so
        } catch (Throwable e) {
            abandon(new IllegalStateException("item " + number + " failed: " + e, e));
        }
    }

    /** Waits until all items of the group are here. */
    void barrier(int number) {
        turn = NOBODY;
        passOn();
        awaitTurn(number);
    }

    private void awaitTurn(int number) {
        while (turn != number) {
            if (abandoned) {
                throw new Abandoned();
            }
            LockSupport.park(this);
        }
    }

    private void passOn() {
        position++;
        if (position == turns.length) {
            endPhase();
            return;
        }
        int next = turns[position];
        turn = next;
        LockSupport.unpark(threads[next]);
    }

    private void endPhase() {
        if (leavers == items.length) {
            finished.release();
        } else if (leavers > 0) {
            abandon(new IllegalStateException(leavers + " of " + items.length
                    + " items have left while the others wait at a barrier: a device may hang here"));
        } else {
            permute.accept(turns);
            position = -1;
            passOn();
        }
    }

    private void abandon(Throwable why) {
        failure = why;
        abandoned = true;
        for (Thread thread : threads) {
            LockSupport.unpark(thread);
        }
        finished.release();
    }

    /** The group's local array number {@code index}; made when its first item asks. */
    <A> A local(int index, int size, Class<A> type, Supplier<A> make) {
        if (index == locals.size()) {
            locals.add(make.get());
        }
        Object array = locals.get(index);
        if (!type.isInstance(array) || Array.getLength(array) != size) {
            throw new IllegalStateException("items disagree on local array " + index);
        }
        return type.cast(array);
    }

    /** What items have in common under {@code key}; made when the first of them asks. */
    Object common(Object key, Supplier<?> make) {
        return common.computeIfAbsent(key, k -> make.get());
    }
}
