package org.tornadogpt.kernels.tornado;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tornadogpt.kernels.BlockTask;
import org.tornadogpt.kernels.Call;
import org.tornadogpt.kernels.IntSlice;
import org.tornadogpt.kernels.Launcher;
import org.tornadogpt.kernels.Slice;
import org.tornadogpt.kernels.WorkGroups;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Collects what variants launch. Offsets are numbered anew in each segment of a program: a segment's numbers are a <em>row</em>,
 * which is written to the one table on the device before the segment runs. Used in two passes, see {@link Launcher}.
 */
final class TornadoLauncher implements Launcher {
    /** What the first pass found to be needed. */
    record Needs(int rowLength, int scratchFloats) {}

    private final int maxWorkGroup;
    private final boolean measuring;
    private final IntArray offsets;
    private final Slice scratch;
    private final List<Launch> launches = new ArrayList<>();
    private int[] row = new int[64];
    private int slots;
    private int longestRow;
    private int scratchUsed;
    private int scratchNeeded;

    private TornadoLauncher(int maxWorkGroup, boolean measuring, Needs given) {
        this.maxWorkGroup = maxWorkGroup;
        this.measuring = measuring;
        offsets = new IntArray(Math.max(1, given.rowLength));
        offsets.init(0);
        scratch = Slice.allocate(Math.max(1, given.scratchFloats));
    }

    /**
     * For the first pass.
     *
     * @param maxWorkGroup most items in a work-group of the device
     */
    static TornadoLauncher measuring(int maxWorkGroup) {
        return new TornadoLauncher(maxWorkGroup, true, new Needs(0, 0));
    }

    /** For the second pass. */
    TornadoLauncher measured() {
        return new TornadoLauncher(maxWorkGroup, false, needs());
    }

    private Needs needs() {
        return new Needs(longestRow, scratchNeeded);
    }

    /** The scratch memory of all nodes. */
    Slice scratch() {
        return scratch;
    }

    /** Ends a node: its scratch memory is free for the next one. */
    List<Launch> takeLaunches() {
        scratchNeeded = Math.max(scratchNeeded, scratchUsed);
        scratchUsed = 0;
        List<Launch> taken = List.copyOf(launches);
        launches.clear();
        return taken;
    }

    /** Ends a segment: the numbers that its kernels read from the table. */
    int[] takeRow() {
        longestRow = Math.max(longestRow, slots);
        int[] taken = Arrays.copyOf(row, slots);
        slots = 0;
        return taken;
    }

    @Override
    public IntArray offsets() {
        return offsets;
    }

    @Override
    public int slot(Slice slice) {
        return slice == null ? ABSENT : slot(slice.offset());
    }

    @Override
    public int slot(IntSlice slice) {
        return slot(slice.offset());
    }

    @Override
    public int slot(int value) {
        if (slots == row.length) {
            row = Arrays.copyOf(row, 2 * slots);
        }
        row[slots] = value;
        return slots++;
    }

    @Override
    public Slice scratch(int floats) {
        int at = scratchUsed;
        scratchUsed = Math.addExact(scratchUsed, floats);
        return measuring ? scratch : new Slice(scratch.array(), at, floats);
    }

    @Override
    public float[] heapScratch(int floats) {
        throw onlyVector();
    }

    @Override
    public float[][] workerScratch(int floats) {
        throw onlyVector();
    }

    @Override
    public void loop(Call call) {
        launches.add(new Launch(call, null));
    }

    @Override
    public int groupSize(int wanted) {
        return Integer.highestOneBit(Math.min(wanted, maxWorkGroup));
    }

    @Override
    public void group(Call call, WorkGroups groups) {
        launches.add(new Launch(call, groups));
    }

    @Override
    public void blocks(String kernel, int blocks, BlockTask task) {
        throw onlyVector();
    }

    private static IllegalStateException onlyVector() {
        return new IllegalStateException("a kernel in the VECTOR style cannot run on a TornadoVM device");
    }
}
