package org.tornadogpt.kernels.device.tornado;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tornadogpt.kernels.kernel.BlockTask;
import org.tornadogpt.kernels.kernel.Call;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.WorkGroups;
import org.tornadogpt.kernels.memory.DType;
import org.tornadogpt.kernels.memory.IntSlice;
import org.tornadogpt.kernels.memory.Slice;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Collects what variants launch. Offsets are numbered anew in each segment of a program: a segment's numbers are its
 * <em>rows</em>, which are written to the tables on the device before the segment runs. Used in two passes, see {@link
 * KernelSink}.
 *
 * <p>A segment has one table; or, where code is to be shared, one for each node and for each kernel that asks for it,
 * so that the numbers of the entries, which are frozen into the compiled kernels, do not depend on what was launched
 * before. The tables of all segments are the same arrays.
 */
final class TornadoKernelSink implements KernelSink {
    /** What the first pass found to be needed. */
    record Needs(int tables, int rowLength, int scratchFloats, List<Integer> wholes) {}

    /**
     * What is launched for.
     *
     * @param maxWorkGroup most items in a work-group
     * @param prefersSharedKernels whether kernels that differ in sizes and places only should have the same code:
     *     compilers for processors take long for each kernel, and know one that they have seen before
     */
    record Target(int maxWorkGroup, boolean prefersSharedKernels) {}

    /**
     * While measuring, entries are numbered from here on and never the same again, so that a kernel that is given an
     * entry of an earlier table can be told.
     */
    private static final int MEASURING_BASE = 1 << 30;

    private final Target target;
    private final boolean measuring;
    private final List<IntArray> tables = new ArrayList<>();
    private final Slice scratch;

    /** Lengths of the arrays of library tasks, while measuring; and then these. */
    private final List<Integer> wholesNeeded = new ArrayList<>();

    private final List<FloatArray> wholes = new ArrayList<>();
    private final List<Launch> launches = new ArrayList<>();
    private final List<int[]> rows = new ArrayList<>();
    private int[] row = new int[64];
    private int slots;
    /** While measuring: how many entries were asked for in all, and how many of them before the present table. */
    private int asked;

    private int askedBefore;
    private int mostTables = 1;
    private int longestRow;
    private int scratchUsed;
    private int scratchNeeded;

    private TornadoKernelSink(Target target, boolean measuring, Needs given) {
        this.target = target;
        this.measuring = measuring;
        for (int i = 0; i < given.tables; i++) {
            IntArray table = new IntArray(Math.max(1, given.rowLength));
            table.init(0);
            tables.add(table);
        }
        scratch = Slice.allocate(Math.max(1, given.scratchFloats));
        given.wholes.forEach(length -> wholes.add(Slice.allocate(length).array()));
    }

    /** For the first pass. */
    static TornadoKernelSink measuring(Target target) {
        return new TornadoKernelSink(target, true, new Needs(1, 0, 0, List.of()));
    }

    /** For the second pass. */
    TornadoKernelSink measured() {
        return new TornadoKernelSink(target, false, needs());
    }

    private Needs needs() {
        return new Needs(mostTables, longestRow, scratchNeeded, List.copyOf(wholesNeeded));
    }

    /** The scratch memory of all nodes. */
    Slice scratch() {
        return scratch;
    }

    /** The arrays of library tasks. */
    List<FloatArray> wholes() {
        return List.copyOf(wholes);
    }

    /** Ends a node: its scratch memory is free for the next one. */
    List<Launch> takeLaunches() {
        scratchNeeded = Math.max(scratchNeeded, scratchUsed);
        scratchUsed = 0;
        List<Launch> taken = List.copyOf(launches);
        launches.clear();
        newTable();
        return taken;
    }

    /** Ends a segment: the numbers that its kernels read from the tables, table by table. */
    List<int[]> takeRows() {
        if (slots > 0 || rows.isEmpty()) {
            endRow();
        }
        mostTables = Math.max(mostTables, rows.size());
        List<int[]> taken = List.copyOf(rows);
        rows.clear();
        return taken;
    }

    private void endRow() {
        longestRow = Math.max(longestRow, slots);
        rows.add(Arrays.copyOf(row, slots));
        slots = 0;
    }

    @Override
    public void newTable() {
        askedBefore = asked;
        if (target.prefersSharedKernels && slots > 0) {
            endRow();
        }
    }

    @Override
    public boolean prefersSharedKernels() {
        return target.prefersSharedKernels;
    }

    @Override
    public IntArray offsets() {
        return measuring ? tables.get(0) : tables.get(rows.size());
    }

    /** All tables. */
    List<IntArray> tables() {
        return List.copyOf(tables);
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
        int number = slots++;
        return measuring ? MEASURING_BASE + asked++ : number;
    }

    private Call checked(Call call) {
        for (Object argument : call.arguments()) {
            if (measuring
                    && argument instanceof Integer number
                    && number >= MEASURING_BASE
                    && number < MEASURING_BASE + askedBefore) {
                throw new IllegalStateException("kernel " + call.kernel()
                        + " is given the number of a table entry that was asked for before newTable() or by another"
                        + " node: ask for it again");
            }
        }
        return call;
    }

    @Override
    public Slice scratch(DType type, int length) {
        if (type != DType.F32) {
            throw new IllegalStateException("a TornadoVM device has f32 scratch memory only, not " + type);
        }
        int at = scratchUsed;
        scratchUsed = Math.addExact(scratchUsed, length);
        return measuring ? scratch : new Slice(scratch.array(), at, length);
    }

    @Override
    public Slice whole(int number, int floats) {
        if (!measuring) {
            return new Slice(wholes.get(number), 0, floats);
        }
        while (wholesNeeded.size() <= number) {
            wholesNeeded.add(1);
        }
        wholesNeeded.set(number, Math.max(wholesNeeded.get(number), floats));
        return scratch;
    }

    @Override
    public void library(Call call) {
        launches.add(new Launch(checked(call), null));
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
        launches.add(new Launch(checked(call), null));
    }

    @Override
    public int groupSize(int wanted) {
        return Integer.highestOneBit(Math.min(wanted, target.maxWorkGroup));
    }

    @Override
    public void group(Call call, WorkGroups groups) {
        launches.add(new Launch(checked(call), groups));
    }

    @Override
    public void blocks(String kernel, int blocks, BlockTask task) {
        throw onlyVector();
    }

    private static IllegalStateException onlyVector() {
        return new IllegalStateException("a kernel in the VECTOR style cannot run on a TornadoVM device");
    }
}
