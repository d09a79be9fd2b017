package org.tornadogpt.kernels.kernel;

import org.tornadogpt.kernels.memory.DType;
import org.tornadogpt.kernels.memory.IntSlice;
import org.tornadogpt.kernels.memory.Slice;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * What a variant hands its kernels to. A device calls every node's emitter twice with the same arguments: first to
 * learn how much scratch memory and how many offsets are needed, then for real. An emitter must therefore not read or
 * write memory, only describe the work.
 *
 * <p><b>Offsets.</b> TornadoVM freezes a task's int arguments into the compiled kernel. Offsets differ from layer to
 * layer, so they are not arguments: a kernel gets the {@link #offsets} table and, for each array, the number of the
 * table's entry ({@link #slot}). One compiled layer then serves all layers with another row of the table. Entries are
 * numbered in the order in which they are asked for, so a kernel of many arrays may be given the first number only.
 */
public interface KernelSink {
    /** The slot of an optional array that is not there; the kernel then gets some other array as a stand-in. */
    int ABSENT = -1;

    /** The table from which kernels read their offsets: pass it as a kernel's first argument. */
    IntArray offsets();

    /** The table entry that holds where {@code slice} begins within its array; {@link #ABSENT} for null. */
    int slot(Slice slice);

    /** The table entry that holds where {@code slice} begins within its array. */
    int slot(IntSlice slice);

    /** A table entry that holds {@code value}: for a number that differs between layers, such as a dropout site. */
    int slot(int value);

    /**
     * Tells that the next kernel is given none of the entries that were asked for before. Where each table is an array
     * of its own ({@link #constantOrSlot}), entries are then numbered from 0 again, and the kernel's code is the same
     * wherever it is launched.
     */
    default void newTable() {}

    /**
     * Whether the device's compiler is so slow that one compiled kernel should serve as many launches as it can, and be
     * quick to compile.
     */
    default boolean prefersSharedKernels() {
        return false;
    }

    /**
     * What to pass as the argument of a size, which must be positive: the size itself, to be frozen into the compiled
     * kernel; or 0 where code is shared ({@link #prefersSharedKernels}). The kernel then reads the size from a table
     * entry, see {@link org.tornadogpt.kernels.kernel.group.Sizes}.
     */
    default int constantOrSlot(int size) {
        return prefersSharedKernels() ? 0 : size;
    }

    /** Memory that belongs to the current node while it runs, on any device; its contents are undefined before. */
    Slice scratch(DType type, int length);

    /** Float memory; see {@link #scratch(DType, int)}. */
    default Slice scratch(int floats) {
        return scratch(DType.F32, floats);
    }

    /**
     * Like {@link #scratch(int)}, as a heap array; {@code VECTOR} style only. The array may be longer than asked for.
     */
    float[] heapScratch(int floats);

    /** One heap array for each worker, each at least {@code floats} long; {@code VECTOR} style only. */
    float[][] workerScratch(int floats);

    /** Runs a kernel of {@code @Parallel} loops. */
    void loop(Call call);

    /**
     * The greatest power of two that is at most {@code wanted} and that the device takes as the size of a work-group.
     */
    int groupSize(int wanted);

    /** Runs a {@code KernelContext} kernel, whose first argument is the context. */
    void group(Call call, WorkGroups groups);

    /**
     * Memory like {@link #scratch(int)}, but at the beginning of an array: for library tasks, which take whole arrays.
     * Only where there are such tasks.
     *
     * @param number from 0 on; arrays of one node that are in use together have different numbers
     */
    default Slice whole(int number, int floats) {
        throw new IllegalStateException("this device has no library tasks");
    }

    /** Runs a task that calls a library; see {@link #whole}. Only where there are such tasks. */
    default void library(Call call) {
        throw new IllegalStateException("this device has no library tasks");
    }

    /** Runs {@code blocks} blocks on the worker threads and waits for all of them. */
    void blocks(String kernel, int blocks, BlockTask task);
}
