package org.tornadogpt.kernels.device.jvm;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.tornadogpt.kernels.kernel.BlockTask;
import org.tornadogpt.kernels.kernel.Call;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.WorkGroups;
import org.tornadogpt.kernels.kernel.vector.CacheLines;
import org.tornadogpt.kernels.memory.DType;
import org.tornadogpt.kernels.memory.IntSlice;
import org.tornadogpt.kernels.memory.Slice;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Collects what variants launch as runnable steps; see {@link KernelSink} for why it is used in two passes. */
final class JvmKernelSink implements KernelSink {
    /** How much the first pass found to be needed; the second pass is given it as memory. */
    record Needs(int slots, Map<DType, Integer> scratch, int heapFloats, int workerFloats) {
        static final Needs NOTHING = new Needs(0, Map.of(), 0, 0);
    }

    private final WorkerPool pool;
    private final GroupRunner groupRunner;
    private final boolean measuring;
    private final IntArray offsets;
    private final Map<DType, Slice> scratch = new EnumMap<>(DType.class);
    private final float[] heap;
    private final float[][] workers;
    private final List<Runnable> steps = new ArrayList<>();
    /** Nodes alternate, see {@link WorkerPool#run(int, boolean, BlockTask)}. */
    private boolean backwards;

    private int slots;
    private final Map<DType, Integer> scratchUsed = new EnumMap<>(DType.class);
    private final Map<DType, Integer> scratchNeeded = new EnumMap<>(DType.class);
    private int heapUsed;
    private int workerUsed;
    private Needs needs = Needs.NOTHING;

    private JvmKernelSink(WorkerPool pool, GroupRunner groupRunner, Needs given, boolean measuring) {
        this.pool = pool;
        this.groupRunner = groupRunner;
        this.measuring = measuring;
        offsets = new IntArray(Math.max(1, given.slots));
        for (DType type : DType.values()) {
            scratch.put(type, Slice.allocate(type, Math.max(1, given.scratch.getOrDefault(type, 0))));
        }
        heap = new float[floats(given.heapFloats)];
        workers = new float[pool.threads()][floats(given.workerFloats)];
    }

    /** Whatever is used is large enough for {@link CacheLines}. */
    private static int floats(int needed) {
        return needed == 0 ? 0 : Math.max(needed, CacheLines.LEAST_FLOATS);
    }

    /** For the first pass: nothing is kept but {@link #needs}. */
    static JvmKernelSink measuring(WorkerPool pool, GroupRunner groupRunner) {
        return new JvmKernelSink(pool, groupRunner, Needs.NOTHING, true);
    }

    /** For the second pass. */
    static JvmKernelSink with(WorkerPool pool, GroupRunner groupRunner, Needs needs) {
        return new JvmKernelSink(pool, groupRunner, needs, false);
    }

    Needs needs() {
        return needs;
    }

    /** Ends a node: its scratch memory is free for the next one. */
    Runnable[] takeSteps() {
        scratchUsed.forEach((type, used) -> scratchNeeded.merge(type, used, Math::max));
        needs = new Needs(
                slots,
                Map.copyOf(scratchNeeded),
                Math.max(needs.heapFloats, heapUsed),
                Math.max(needs.workerFloats, workerUsed));
        scratchUsed.clear();
        heapUsed = 0;
        workerUsed = 0;
        backwards = !backwards;
        Runnable[] taken = steps.toArray(Runnable[]::new);
        steps.clear();
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
        if (!measuring) {
            offsets.set(slots, value);
        }
        return slots++;
    }

    @Override
    public Slice scratch(DType type, int length) {
        int at = scratchUsed.getOrDefault(type, 0);
        scratchUsed.put(type, Math.addExact(at, length));
        Slice all = scratch.get(type);
        return measuring ? all : new Slice(all.memory(), at, length);
    }

    @Override
    public float[] heapScratch(int floats) {
        if (heapUsed > 0) {
            throw new IllegalStateException("a node can have one heap scratch array");
        }
        heapUsed = floats;
        return heap;
    }

    @Override
    public float[][] workerScratch(int floats) {
        if (workerUsed > 0) {
            throw new IllegalStateException("a node can have one scratch array for each worker");
        }
        workerUsed = floats;
        return workers;
    }

    @Override
    public void loop(Call call) {
        steps.add(call::run);
    }

    @Override
    public boolean prefersSharedKernels() {
        return groupRunner != null && groupRunner.prefersSharedKernels();
    }

    @Override
    public int groupSize(int wanted) {
        return Integer.highestOneBit(wanted);
    }

    @Override
    public void group(Call call, WorkGroups groups) {
        if (groupRunner == null) {
            throw new IllegalStateException(call.kernel() + " is written for work-groups and cannot run on the JVM");
        }
        steps.add(() -> groupRunner.run(call, groups));
    }

    /** For tests, as {@link #group} is: an array for each use. */
    @Override
    public Slice whole(int number, int floats) {
        return Slice.allocate(floats);
    }

    @Override
    public void library(Call call) {
        if (groupRunner == null) {
            throw new IllegalStateException(call.kernel() + " calls a library and cannot run on the JVM");
        }
        steps.add(call::run);
    }

    @Override
    public void blocks(String kernel, int blocks, BlockTask task) {
        boolean fromLast = backwards;
        steps.add(() -> pool.run(blocks, fromLast, task));
    }
}
