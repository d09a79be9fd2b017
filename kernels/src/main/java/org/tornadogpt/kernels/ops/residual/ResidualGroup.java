package org.tornadogpt.kernels.ops.residual;

import org.tornadogpt.kernels.kernel.Call;
import org.tornadogpt.kernels.kernel.DeviceTraits;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.WorkGroups;
import org.tornadogpt.kernels.kernel.group.RowGroups;
import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.kernel.random.Philox;
import org.tornadogpt.kernels.memory.Slice;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * A work-item computes one {@link Philox} block, which rules 8 neighbouring columns, and puts its words into local
 * memory; then the group takes the elements that its blocks rule, 8 an item, neighbouring items neighbouring elements,
 * and reads them all before it writes any. Columns beyond the last, where C is no multiple of 8, are left out.
 */
public final class ResidualGroup implements Residual {
    private static final int WORDS = 4;
    private static final int RULED = 8;

    @Override
    public String name() {
        return "blocks";
    }

    @Override
    public Style style() {
        return Style.GROUP;
    }

    @Override
    public String mechanism() {
        return "random words shared by groups";
    }

    @Override
    public String description() {
        return "An item draws the random words that rule 8 neighbouring elements, and the group shares them through "
                + "local memory; each item then takes 8 elements and reads them before it writes any.";
    }

    /** Where a driver compiles slowly and has few items at once, the loop does as well. */
    @Override
    public int preference(DeviceTraits device) {
        return device.gpu() ? PREFERRED : ONLY_IF_NAMED;
    }

    @Override
    public void forward(KernelSink sink, int N, int C, Dropout dropout, Slice out, Slice residual, Slice branch) {
        launch(sink, N, C, dropout, out, residual, branch);
    }

    @Override
    public void backward(KernelSink sink, int N, int C, Dropout dropout, Slice dbranch, Slice dout) {
        launch(sink, N, C, dropout, dbranch, null, dout);
    }

    private static void launch(
            KernelSink sink, int N, int C, Dropout dropout, Slice out, Slice residual, Slice branch) {
        int items = sink.groupSize(RowGroups.ITEMS);
        int blocks = Math.ceilDiv(C, RULED);
        int places = Math.multiplyExact(N, blocks * RULED);
        Slice added = residual == null ? branch : residual;
        int first = sink.slot(added);
        sink.slot(branch);
        sink.slot(dropout.site());
        sink.slot(out);
        sink.group(
                Call.of(
                        "kResidualBlocks",
                        ResidualGroup::kResidualBlocks,
                        new KernelContext(),
                        sink.offsets(),
                        first,
                        dropout.counters(sink.offsets()),
                        added.array(),
                        branch.array(),
                        out.array(),
                        residual == null ? 0 : 1,
                        dropout.threshold(),
                        dropout.scale(),
                        N,
                        C,
                        blocks,
                        items),
                WorkGroups.of(Math.ceilDiv(places / RULED, items), items));
    }

    /**
     * {@code out = m branch}, and {@code + residual} where {@code add} is 1; overwrites.
     *
     * @param first number of the residual's offset; that of the branch, the dropout's site and the offset of out follow
     * @param blocks Philox blocks of a row
     */
    public static void kResidualBlocks(
            KernelContext context,
            IntArray offsets,
            int first,
            IntArray counters,
            FloatArray residual,
            FloatArray branch,
            FloatArray out,
            int add,
            int threshold,
            float scale,
            int N,
            int C,
            int blocks,
            int items) {
        int[] words = context.allocateIntLocalArray(WORDS * RowGroups.ITEMS);
        int item = context.localIdx;
        if (threshold > 0) {
            int block = context.globalIdx;
            int row = block / blocks;
            int c0 = block - row * blocks;
            int c2 = offsets.get(first + 2) + 65536 * counters.get(3);
            int low = counters.get(0);
            int high = counters.get(1);
            int c3 = counters.get(2);
            words[WORDS * item] = Philox.word(low, high, c0, row, c2, c3, 0);
            words[WORDS * item + 1] = Philox.word(low, high, c0, row, c2, c3, 1);
            words[WORDS * item + 2] = Philox.word(low, high, c0, row, c2, c3, 2);
            words[WORDS * item + 3] = Philox.word(low, high, c0, row, c2, c3, 3);
        }
        context.localBarrier();
        int residualAt = offsets.get(first);
        int branchAt = offsets.get(first + 1);
        int outAt = offsets.get(first + 3);
        int place = context.groupIdx * items * RULED + item;
        int size = N * C;
        int e0 = element(place, C, blocks, size);
        int e1 = element(place + items, C, blocks, size);
        int e2 = element(place + 2 * items, C, blocks, size);
        int e3 = element(place + 3 * items, C, blocks, size);
        int e4 = element(place + 4 * items, C, blocks, size);
        int e5 = element(place + 5 * items, C, blocks, size);
        int e6 = element(place + 6 * items, C, blocks, size);
        int e7 = element(place + 7 * items, C, blocks, size);
        float b0 = branch.get(branchAt + Math.max(e0, 0));
        float b1 = branch.get(branchAt + Math.max(e1, 0));
        float b2 = branch.get(branchAt + Math.max(e2, 0));
        float b3 = branch.get(branchAt + Math.max(e3, 0));
        float b4 = branch.get(branchAt + Math.max(e4, 0));
        float b5 = branch.get(branchAt + Math.max(e5, 0));
        float b6 = branch.get(branchAt + Math.max(e6, 0));
        float b7 = branch.get(branchAt + Math.max(e7, 0));
        if (threshold > 0) {
            int half = (item & 1) << 4;
            int at = item >> 1;
            int step = items >> 1;
            b0 *= factor(words[at] >> half, threshold, scale);
            b1 *= factor(words[at + step] >> half, threshold, scale);
            b2 *= factor(words[at + 2 * step] >> half, threshold, scale);
            b3 *= factor(words[at + 3 * step] >> half, threshold, scale);
            b4 *= factor(words[at + 4 * step] >> half, threshold, scale);
            b5 *= factor(words[at + 5 * step] >> half, threshold, scale);
            b6 *= factor(words[at + 6 * step] >> half, threshold, scale);
            b7 *= factor(words[at + 7 * step] >> half, threshold, scale);
        }
        if (add > 0) {
            b0 += residual.get(residualAt + Math.max(e0, 0));
            b1 += residual.get(residualAt + Math.max(e1, 0));
            b2 += residual.get(residualAt + Math.max(e2, 0));
            b3 += residual.get(residualAt + Math.max(e3, 0));
            b4 += residual.get(residualAt + Math.max(e4, 0));
            b5 += residual.get(residualAt + Math.max(e5, 0));
            b6 += residual.get(residualAt + Math.max(e6, 0));
            b7 += residual.get(residualAt + Math.max(e7, 0));
        }
        store(out, outAt, e0, b0);
        store(out, outAt, e1, b1);
        store(out, outAt, e2, b2);
        store(out, outAt, e3, b3);
        store(out, outAt, e4, b4);
        store(out, outAt, e5, b5);
        store(out, outAt, e6, b6);
        store(out, outAt, e7, b7);
    }

    /** The element at a place of the array whose rows are {@code blocks} whole blocks; -1 where there is none. */
    private static int element(int place, int C, int blocks, int size) {
        int row = place / (RULED * blocks);
        int column = place - row * RULED * blocks;
        int element = row * C + column;
        return column < C && element < size ? element : -1;
    }

    private static float factor(int bits, int threshold, float scale) {
        return (bits & 0xFFFF) < threshold ? 0f : scale;
    }

    private static void store(FloatArray out, int at, int element, float value) {
        if (element >= 0) {
            out.set(at + element, value);
        }
    }
}
