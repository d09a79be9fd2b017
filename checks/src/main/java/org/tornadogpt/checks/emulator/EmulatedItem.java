package org.tornadogpt.checks.emulator;

import java.lang.reflect.Field;
import java.util.Arrays;
import java.util.function.Supplier;
import org.tornadogpt.kernels.kernel.WorkGroups;
import uk.ac.manchester.tornado.api.KernelContext;

/**
 * One work-item: its place in the grid, and the group's barrier and local memory. Whatever of {@link KernelContext} is
 * not emulated fails: the API's own bodies are empty, which would make wrong results. What a newer API has is emulated
 * by an extension.
 */
public class EmulatedItem extends KernelContext {
    /** Makes the items of groups. */
    @FunctionalInterface
    public interface Maker {
        /**
         * An item of the groups of a launch.
         *
         * @param number its place in its group, dimension x fastest
         */
        EmulatedItem make(WorkGroups groups, int number);
    }

    private static final float UNSET = Float.NaN;
    private static final int UNSET_INT = 0x7fc0dead;

    private final WorkGroups groups;
    private final int number;
    private EmulatedGroup group;
    private int allocated;

    /** Item {@code number} of a group of the launch; see {@link Maker}. */
    @SuppressWarnings("this-escape") // into reflection only
    protected EmulatedItem(WorkGroups groups, int number) {
        this.groups = groups;
        this.number = number;
        int x = number % groups.localX();
        int y = number / groups.localX() % groups.localY();
        int z = number / groups.localX() / groups.localY();
        set("localId", x, y, z);
        setSizes("localGroupSize", groups.localX(), groups.localY(), groups.localZ());
        setSizes("globalGroupSize", groups.globalX(), groups.globalY(), groups.globalZ());
    }

    /** All items of a group, dimension x fastest. */
    static EmulatedItem[] ofGroup(WorkGroups groups, Maker maker) {
        EmulatedItem[] items = new EmulatedItem[groups.size()];
        Arrays.setAll(items, i -> maker.make(groups, i));
        return items;
    }

    /** The item's place in its group, dimension x fastest. */
    protected final int number() {
        return number;
    }

    /** Something that the items of the running group have in common; made when the first of them asks. */
    protected final <T> T ofGroup(Object key, Class<T> type, Supplier<T> make) {
        return type.cast(group.common(key, make));
    }

    /** Moves to the group at (x, y, z). */
    void enter(int x, int y, int z) {
        set("groupId", x, y, z);
        set("globalId", x * groups.localX() + localIdx, y * groups.localY() + localIdy, z * groups.localZ() + localIdz);
    }

    /** Begins to run in {@code group}. */
    void begin(EmulatedGroup runningGroup) {
        group = runningGroup;
        allocated = 0;
    }

    private void set(String name, int x, int y, int z) {
        setField(name + "x", x);
        setField(name + "y", y);
        setField(name + "z", z);
    }

    private void setSizes(String name, int x, int y, int z) {
        setField(name + "X", x);
        setField(name + "Y", y);
        setField(name + "Z", z);
    }

    private void setField(String name, int value) {
        try {
            Field field = KernelContext.class.getField(name);
            field.setAccessible(true);
            field.set(this, value);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("KernelContext." + name + " cannot be set", e);
        }
    }

    @Override
    public void localBarrier() {
        group.barrier(number);
    }

    /** Items of other groups do not wait: as on a device, it orders global memory within the group only. */
    @Override
    public void globalBarrier() {
        group.barrier(number);
    }

    @Override
    public float[] allocateFloatLocalArray(int size) {
        return group.local(allocated++, size, float[].class, () -> {
            float[] array = new float[size];
            Arrays.fill(array, UNSET);
            return array;
        });
    }

    @Override
    public int[] allocateIntLocalArray(int size) {
        return group.local(allocated++, size, int[].class, () -> {
            int[] array = new int[size];
            Arrays.fill(array, UNSET_INT);
            return array;
        });
    }

    @Override
    public long[] allocateLongLocalArray(int size) {
        throw notEmulated("local arrays of long");
    }

    @Override
    public double[] allocateDoubleLocalArray(int size) {
        throw notEmulated("local arrays of double");
    }

    private static IllegalStateException notEmulated(String what) {
        return new IllegalStateException(what + " are not emulated");
    }
}
