package org.tornadogpt.kernels.ops.rmsnorm;

import org.tornadogpt.kernels.kernel.Call;
import org.tornadogpt.kernels.kernel.DeviceTraits;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.WorkGroups;
import org.tornadogpt.kernels.kernel.group.ColumnSumsGroup;
import org.tornadogpt.kernels.kernel.group.RowGroups;
import org.tornadogpt.kernels.memory.Slice;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * One work-group for each row: its items take the row's elements in turn and add up in local memory. The weight's
 * gradient is a sum down columns: partial sums over blocks of rows in scratch memory, then those.
 */
public final class RmsNormGroup implements RmsNorm {
    private static final int WIDE = 64;

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
        return "The items of a group take a row's elements in turn and add up in local memory. The "
                + "weight gradient is partial sums over blocks of rows, then those.";
    }

    @Override
    public int preference(DeviceTraits device) {
        return PREFERRED;
    }

    @Override
    public void forward(KernelSink sink, int N, int C, float epsilon, Slice out, Slice rstd, Slice x, Slice weight) {
        if (rstd.array() == out.array()) {
            rows(sink, N, C, epsilon, out.array(), out, rstd, x, weight);
        } else {
            rows(sink, N, C, epsilon, rstd.array(), null, rstd, x, weight);
            rows(sink, N, C, epsilon, out.array(), out, null, x, weight);
        }
    }

    /** A kernel can write one array only: the result or its rows' rstd may be null. */
    private static void rows(
            KernelSink sink,
            int N,
            int C,
            float epsilon,
            FloatArray results,
            Slice out,
            Slice rstd,
            Slice x,
            Slice weight) {
        int items = sink.groupSize(RowGroups.itemsFor(C));
        sink.group(
                Call.of(
                        "kRmsNormForwardRows",
                        RmsNormGroup::kRmsNormForwardRows,
                        new KernelContext(),
                        sink.offsets(),
                        x.array(),
                        sink.slot(x),
                        weight.array(),
                        sink.slot(weight),
                        results,
                        sink.slot(rstd),
                        sink.slot(out),
                        C,
                        epsilon,
                        items),
                WorkGroups.of(N, items));
    }

    @Override
    public void backward(
            KernelSink sink, int N, int C, Slice dx, Slice dweight, Slice dout, Slice x, Slice rstd, Slice weight) {
        int items = sink.groupSize(RowGroups.itemsFor(C));
        int doutSlot = sink.slot(dout);
        int xSlot = sink.slot(x);
        int rstdSlot = sink.slot(rstd);
        sink.group(
                Call.of(
                        "kRmsNormBackwardInputRows",
                        RmsNormGroup::kRmsNormBackwardInputRows,
                        new KernelContext(),
                        sink.offsets(),
                        dout.array(),
                        doutSlot,
                        x.array(),
                        xSlot,
                        rstd.array(),
                        rstdSlot,
                        weight.array(),
                        sink.slot(weight),
                        dx.array(),
                        sink.slot(dx),
                        C,
                        items),
                WorkGroups.of(N, items));
        int blocks = ColumnSumsGroup.blocks(N);
        Slice parts = sink.scratch(Math.multiplyExact(blocks, C));
        sink.group(
                Call.of(
                        "kRmsNormWeightPartials",
                        RmsNormGroup::kRmsNormWeightPartials,
                        new KernelContext(),
                        sink.offsets(),
                        dout.array(),
                        doutSlot,
                        x.array(),
                        xSlot,
                        rstd.array(),
                        rstdSlot,
                        parts.array(),
                        sink.slot(parts),
                        N,
                        C,
                        (N - 1) / blocks + 1),
                WorkGroups.of((C - 1) / WIDE + 1, blocks, WIDE, 1));
        ColumnSumsGroup.add(sink, blocks, C, dweight, parts);
    }

    /** A row's reciprocal root mean square, and {@code x rstd weight}; overwrites. What has no slot is not written. */
    public static void kRmsNormForwardRows(
            KernelContext context,
            IntArray offsets,
            FloatArray x,
            int xSlot,
            FloatArray weight,
            int weightSlot,
            FloatArray results,
            int rstdSlot,
            int outSlot,
            int C,
            float epsilon,
            int items) {
        float[] tile = context.allocateFloatLocalArray(RowGroups.ITEMS);
        int lid = context.localIdx;
        int n = context.groupIdx;
        int xAt = offsets.get(xSlot) + n * C;
        float squares = 0f;
        for (int c = lid; c < C; c += items) {
            squares += x.get(xAt + c) * x.get(xAt + c);
        }
        tile[lid] = squares;
        context.localBarrier();
        for (int half = items >> 1; half > 0; half >>= 1) {
            if (lid < half) {
                tile[lid] += tile[lid + half];
            }
            context.localBarrier();
        }
        float r = 1f / TornadoMath.sqrt(tile[0] / C + epsilon);
        if (lid == 0 && rstdSlot >= 0) {
            results.set(offsets.get(rstdSlot) + n, r);
        }
        if (outSlot >= 0) {
            int weightAt = offsets.get(weightSlot);
            int outAt = offsets.get(outSlot) + n * C;
            for (int c = lid; c < C; c += items) {
                results.set(outAt + c, x.get(xAt + c) * r * weight.get(weightAt + c));
            }
        }
    }

    /** {@code dx += rstd (g - xhat mean(g xhat))} with {@code g = dout weight}; accumulates. */
    public static void kRmsNormBackwardInputRows(
            KernelContext context,
            IntArray offsets,
            FloatArray dout,
            int doutSlot,
            FloatArray x,
            int xSlot,
            FloatArray rstd,
            int rstdSlot,
            FloatArray weight,
            int weightSlot,
            FloatArray dx,
            int dxSlot,
            int C,
            int items) {
        float[] tile = context.allocateFloatLocalArray(RowGroups.ITEMS);
        int lid = context.localIdx;
        int n = context.groupIdx;
        int doutAt = offsets.get(doutSlot) + n * C;
        int xAt = offsets.get(xSlot) + n * C;
        int dxAt = offsets.get(dxSlot) + n * C;
        int weightAt = offsets.get(weightSlot);
        float r = rstd.get(offsets.get(rstdSlot) + n);
        float dot = 0f;
        for (int c = lid; c < C; c += items) {
            dot += dout.get(doutAt + c) * weight.get(weightAt + c) * (x.get(xAt + c) * r);
        }
        tile[lid] = dot;
        context.localBarrier();
        for (int half = items >> 1; half > 0; half >>= 1) {
            if (lid < half) {
                tile[lid] += tile[lid + half];
            }
            context.localBarrier();
        }
        float mean = tile[0] / C;
        for (int c = lid; c < C; c += items) {
            float g = dout.get(doutAt + c) * weight.get(weightAt + c);
            dx.set(dxAt + c, dx.get(dxAt + c) + r * (g - x.get(xAt + c) * r * mean));
        }
    }

    /** {@code parts[b,c] = sum of dout xhat over the rows of block b}; overwrites. */
    public static void kRmsNormWeightPartials(
            KernelContext context,
            IntArray offsets,
            FloatArray dout,
            int doutSlot,
            FloatArray x,
            int xSlot,
            FloatArray rstd,
            int rstdSlot,
            FloatArray parts,
            int partsSlot,
            int N,
            int C,
            int blockRows) {
        int c = context.globalIdx;
        int block = context.groupIdy;
        int end = block * blockRows + blockRows;
        if (end > N) {
            end = N;
        }
        if (c < C) {
            int rstdAt = offsets.get(rstdSlot);
            int xAt = offsets.get(xSlot) + c;
            int doutAt = offsets.get(doutSlot) + c;
            float sum = 0f;
            for (int n = block * blockRows; n < end; n++) {
                sum += dout.get(doutAt + n * C) * (x.get(xAt + n * C) * rstd.get(rstdAt + n));
            }
            parts.set(offsets.get(partsSlot) + block * C + c, sum);
        }
    }
}
