package org.tornadogpt.kernels.ops.swiglu;

import org.tornadogpt.kernels.kernel.Call;
import org.tornadogpt.kernels.kernel.DeviceTraits;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.WorkGroups;
import org.tornadogpt.kernels.kernel.group.RowGroups;
import org.tornadogpt.kernels.memory.Slice;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** One work-group for each row, whatever the rows' number and width; its items take the row's gates in turn. */
public final class SwiGluGroup implements SwiGlu {
    @Override
    public String name() {
        return "rows";
    }

    @Override
    public Style style() {
        return Style.GROUP;
    }

    @Override
    public String mechanism() {
        return "one work-group per row";
    }

    @Override
    public String description() {
        return "The items of a group take a row's gates in turn, whatever the number of rows and their " + "width.";
    }

    @Override
    public int preference(DeviceTraits device) {
        return PREFERRED;
    }

    @Override
    public void forward(KernelSink sink, int N, int F, Slice out, Slice x) {
        int items = sink.groupSize(RowGroups.itemsFor(F));
        sink.group(
                Call.of(
                        "kSwiGluForwardRows",
                        SwiGluGroup::kSwiGluForwardRows,
                        new KernelContext(),
                        sink.offsets(),
                        x.array(),
                        sink.slot(x),
                        out.array(),
                        sink.slot(out),
                        F,
                        items),
                WorkGroups.of(N, items));
    }

    @Override
    public void backward(KernelSink sink, int N, int F, Slice dx, Slice dout, Slice x) {
        int items = sink.groupSize(RowGroups.itemsFor(F));
        sink.group(
                Call.of(
                        "kSwiGluBackwardRows",
                        SwiGluGroup::kSwiGluBackwardRows,
                        new KernelContext(),
                        sink.offsets(),
                        dout.array(),
                        sink.slot(dout),
                        x.array(),
                        sink.slot(x),
                        dx.array(),
                        sink.slot(dx),
                        F,
                        items),
                WorkGroups.of(N, items));
    }

    /** {@code out = silu(gate) up}; overwrites. */
    public static void kSwiGluForwardRows(
            KernelContext context,
            IntArray offsets,
            FloatArray x,
            int xSlot,
            FloatArray out,
            int outSlot,
            int F,
            int items) {
        int n = context.groupIdx;
        int xAt = offsets.get(xSlot) + n * 2 * F;
        int outAt = offsets.get(outSlot) + n * F;
        for (int f = context.localIdx; f < F; f += items) {
            out.set(outAt + f, SwiGluLoop.silu(x.get(xAt + f)) * x.get(xAt + F + f));
        }
    }

    /** {@code dx = [dout up silu'(gate) | dout silu(gate)]}; overwrites. */
    public static void kSwiGluBackwardRows(
            KernelContext context,
            IntArray offsets,
            FloatArray dout,
            int doutSlot,
            FloatArray x,
            int xSlot,
            FloatArray dx,
            int dxSlot,
            int F,
            int items) {
        int n = context.groupIdx;
        int doutAt = offsets.get(doutSlot) + n * F;
        int xAt = offsets.get(xSlot) + n * 2 * F;
        int dxAt = offsets.get(dxSlot) + n * 2 * F;
        for (int f = context.localIdx; f < F; f += items) {
            float d = dout.get(doutAt + f);
            float gate = x.get(xAt + f);
            float up = x.get(xAt + F + f);
            dx.set(dxAt + f, d * up * SwiGluLoop.siluDerivative(gate));
            dx.set(dxAt + F + f, d * SwiGluLoop.silu(gate));
        }
    }
}
