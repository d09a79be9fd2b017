package org.tornadogpt.checks.suite;

import org.tornadogpt.kernels.kernel.BlockTask;
import org.tornadogpt.kernels.kernel.Call;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.WorkGroups;
import org.tornadogpt.kernels.kernel.steal.StealableTask;
import org.tornadogpt.kernels.memory.DType;
import org.tornadogpt.kernels.memory.IntSlice;
import org.tornadogpt.kernels.memory.Slice;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Runs blocks of work from the last to the first. Tasks that threads steal from each other keep their own order. */
record ReversedBlocks(KernelSink sink) implements KernelSink {
    @Override
    public void blocks(String kernel, int blocks, BlockTask task) {
        if (task instanceof StealableTask) {
            sink.blocks(kernel, blocks, task);
        } else {
            sink.blocks(kernel, blocks, (block, worker) -> task.run(blocks - 1 - block, worker));
        }
    }

    @Override
    public IntArray offsets() {
        return sink.offsets();
    }

    @Override
    public int slot(Slice slice) {
        return sink.slot(slice);
    }

    @Override
    public int slot(IntSlice slice) {
        return sink.slot(slice);
    }

    @Override
    public int slot(int value) {
        return sink.slot(value);
    }

    @Override
    public void newTable() {
        sink.newTable();
    }

    @Override
    public boolean prefersSharedKernels() {
        return sink.prefersSharedKernels();
    }

    @Override
    public int constantOrSlot(int size) {
        return sink.constantOrSlot(size);
    }

    @Override
    public Slice scratch(DType type, int length) {
        return sink.scratch(type, length);
    }

    @Override
    public float[] heapScratch(int floats) {
        return sink.heapScratch(floats);
    }

    @Override
    public float[][] workerScratch(int floats) {
        return sink.workerScratch(floats);
    }

    @Override
    public void loop(Call call) {
        sink.loop(call);
    }

    @Override
    public int groupSize(int wanted) {
        return sink.groupSize(wanted);
    }

    @Override
    public void group(Call call, WorkGroups groups) {
        sink.group(call, groups);
    }
}
