package org.tornadogpt.kernels.kernel.group;

/**
 * Sizes of groups that reduce rows. The reductions themselves are written out in each kernel: TornadoVM computes byte
 * offsets where it should have indices when a method that it inlines is given a local array, and so reaches outside it.
 */
public final class RowGroups {
    /** Most items that such a group has, and the length of its local arrays. */
    public static final int ITEMS = 256;

    private static final int LEAST_ITEMS = 32;
    private static final int ELEMENTS_PER_ITEM = 4;

    private RowGroups() {}

    /** How many items a group has that reduces rows of {@code width}: a power of two, about four elements for each. */
    public static int itemsFor(int width) {
        int items = LEAST_ITEMS;
        while (items < ITEMS && ELEMENTS_PER_ITEM * items < width) {
            items *= 2;
        }
        return items;
    }
}
