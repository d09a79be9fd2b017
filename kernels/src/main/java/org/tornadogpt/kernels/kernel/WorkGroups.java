package org.tornadogpt.kernels.kernel;

/**
 * How many work-items run a {@code KernelContext} kernel, and in groups of what size. Unused dimensions are 1. A global
 * size that is not a multiple of its local size is refused: drivers ignore such a launch.
 */
public record WorkGroups(int globalX, int globalY, int globalZ, int localX, int localY, int localZ) {
    public WorkGroups {
        if (globalX < 1 || globalY < 1 || globalZ < 1 || localX < 1 || localY < 1 || localZ < 1) {
            throw new IllegalArgumentException("work-groups of " + localX + "x" + localY + "x" + localZ + " items for "
                    + globalX + "x" + globalY + "x" + globalZ + " items: all sizes must be positive");
        }
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

    /** The same groups {@code times} over, in the third dimension. */
    public WorkGroups times(int times) {
        return new WorkGroups(globalX, globalY, Math.multiplyExact(globalZ, times), localX, localY, localZ);
    }

    /** Items in a group. */
    public int size() {
        return Math.multiplyExact(Math.multiplyExact(localX, localY), localZ);
    }

    /** A group's shape for a person, such as {@code 16x16}; ones at the end are left out. */
    public String shape() {
        String shape = localX + "x" + localY + "x" + localZ;
        return shape.replaceFirst("(x1)+$", "");
    }
}
