package org.tornadogpt.checks.emulator;

import java.util.SplittableRandom;
import org.tornadogpt.kernels.kernel.Call;
import org.tornadogpt.kernels.kernel.WorkGroups;

/**
 * Runs a launch group after group. Within a group one item runs at a time, from barrier to barrier, in an order that
 * differs between emulators: where a barrier is missing, some order makes an item read what is not written yet, or no
 * longer there.
 */
public final class WorkGroupEmulator {
    /** In which order items run between two barriers. */
    public enum Order {
        FORWARD,
        REVERSE,
        /** Another order each time, the same ones in each run of the tests. */
        SHUFFLED
    }

    private final Order order;
    private final EmulatedItem.Maker maker;
    private final SplittableRandom random = new SplittableRandom(20);

    public WorkGroupEmulator(Order order) {
        this(order, EmulatedItem::new);
    }

    /** @param maker makes the items, which may know more of the API than this module does */
    public WorkGroupEmulator(Order order, EmulatedItem.Maker maker) {
        this.order = order;
        this.maker = maker;
        if (System.getProperty("tornado.load.runtime.implementation") != null) {
            throw new IllegalStateException("the emulator must not be loaded where TornadoVM compiles kernels");
        }
    }

    /** Runs all groups of a launch; fails as soon as an item does, or leaves while others wait for it. */
    public void run(Call call, WorkGroups groups) {
        EmulatedItem[] items = EmulatedItem.ofGroup(groups, maker);
        for (int z = 0; z < groups.globalZ() / groups.localZ(); z++) {
            for (int y = 0; y < groups.globalY() / groups.localY(); y++) {
                for (int x = 0; x < groups.globalX() / groups.localX(); x++) {
                    for (EmulatedItem item : items) {
                        item.enter(x, y, z);
                    }
                    new EmulatedGroup(call, items, this::permute).run("group (" + x + ", " + y + ", " + z + ")");
                }
            }
        }
    }

    private void permute(int[] turns) {
        for (int i = 0; i < turns.length; i++) {
            turns[i] = order == Order.REVERSE ? turns.length - 1 - i : i;
        }
        for (int i = turns.length - 1; order == Order.SHUFFLED && i > 0; i--) {
            int j = random.nextInt(i + 1);
            int kept = turns[i];
            turns[i] = turns[j];
            turns[j] = kept;
        }
    }
}
