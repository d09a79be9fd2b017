package org.tornadogpt.kernels.group;

import uk.ac.manchester.tornado.api.KernelContext;

/** For kernels: reductions over a work-group of one dimension whose size is a power of two. Every item of the group must call. */
public final class GroupSum {
    /** Most items that a group of a row reduction has. */
    public static final int ITEMS = 256;

    private GroupSum() {}

    /** How many items a group has that reduces rows of {@code width}: about four elements each, 32 to {@value #ITEMS} items. */
    public static int itemsFor(int width) {
        int wanted = 32;
        while (wanted < ITEMS && 4 * wanted < width) {
            wanted *= 2;
        }
        return wanted;
    }

    /**
     * The sum of all items' values, for each of them: a tree in local memory, so the order of addition is fixed.
     *
     * @param tile local memory of at least {@code items} floats; free again when this returns
     */
    public static float sum(KernelContext context, float[] tile, int items, float value) {
        int lid = context.localIdx;
        tile[lid] = value;
        context.localBarrier();
        for (int half = items >> 1; half > 0; half >>= 1) {
            if (lid < half) {
                tile[lid] += tile[lid + half];
            }
            context.localBarrier();
        }
        float total = tile[0];
        context.localBarrier();
        return total;
    }

    /** The greatest of all items' values, for each of them; see {@link #sum}. A NaN may or may not come out. */
    public static float greatest(KernelContext context, float[] tile, int items, float value) {
        int lid = context.localIdx;
        tile[lid] = value;
        context.localBarrier();
        for (int half = items >> 1; half > 0; half >>= 1) {
            if (lid < half && tile[lid + half] > tile[lid]) {
                tile[lid] = tile[lid + half];
            }
            context.localBarrier();
        }
        float greatest = tile[0];
        context.localBarrier();
        return greatest;
    }
}
