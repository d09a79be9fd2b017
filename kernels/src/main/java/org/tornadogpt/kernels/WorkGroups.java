package org.tornadogpt.kernels;

/**
 * How many work-items run a {@code KernelContext} kernel, and in groups of what size. Unused dimensions are 1. A global size that
 * is not a multiple of its local size is refused: drivers ignore such a launch.
 */
public record WorkGroups(int globalX, int globalY, int globalZ, int localX, int localY, int localZ) {
    public WorkGroups {
        if (globalX % localX != 0 || globalY % localY != 0 || globalZ % localZ != 0) {
            throw new IllegalArgumentException("global sizes " + globalX + "x" + globalY + "x" + globalZ
                    + " are not multiples of the local sizes " + localX + "x" + localY + "x" + localZ);
        }
    }

    /** {@code groups} groups of {@code size} items in one dimension. */
    public static WorkGroups of(int groups, int size) {
        return new WorkGroups(Math.multiplyExact(groups, size), 1, 1, size, 1, 1);
    }

    /** A two-dimensional grid of groups. */
    public static WorkGroups of(int groupsX, int groupsY, int sizeX, int sizeY) {
        return new WorkGroups(
                Math.multiplyExact(groupsX, sizeX), Math.multiplyExact(groupsY, sizeY), 1, sizeX, sizeY, 1);
    }
}
