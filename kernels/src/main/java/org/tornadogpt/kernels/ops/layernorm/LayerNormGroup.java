package org.tornadogpt.kernels.ops.layernorm;

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
 * One work-group for each row: its items take the row's elements in turn and add up in local memory, two passes for the
 * variance. The parameters' gradients are sums down columns: partial sums over blocks of rows in scratch memory, then
 * those.
 */
public final class LayerNormGroup implements LayerNorm {
    private static final int WIDE = 32;
    private static final int DEEP = 8;

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
        return "The items of a group take a row's elements in turn and add up in local memory, two "
                + "passes for the variance. Weight gradients are partial sums over blocks of rows, then "
                + "those.";
    }

    @Override
    public int preference(DeviceTraits device) {
        return PREFERRED;
    }

    @Override
    public void forward(
            KernelSink sink,
            int N,
            int C,
            float epsilon,
            Slice out,
            Slice statistics,
            Slice x,
            Slice weight,
            Slice bias) {
        if (statistics.array() == out.array()) {
            rows(sink, N, C, epsilon, out.array(), out, statistics, x, weight, bias);
        } else {
            rows(sink, N, C, epsilon, statistics.array(), null, statistics, x, weight, bias);
            rows(sink, N, C, epsilon, out.array(), out, null, x, weight, bias);
        }
    }

    /** A kernel can write one array only: the result or the statistics may be null. */
    private static void rows(
            KernelSink sink,
            int N,
            int C,
            float epsilon,
            FloatArray results,
            Slice out,
            Slice statistics,
            Slice x,
            Slice weight,
            Slice bias) {
        int items = sink.groupSize(RowGroups.itemsFor(C));
        Slice b = bias == null ? weight : bias;
        sink.group(
                Call.of(
                        "kLayerNormForwardRows",
                        LayerNormGroup::kLayerNormForwardRows,
                        new KernelContext(),
                        sink.offsets(),
                        x.array(),
                        sink.slot(x),
                        weight.array(),
                        sink.slot(weight),
                        b.array(),
                        sink.slot(bias),
                        results,
                        sink.slot(statistics),
                        sink.slot(out),
                        C,
                        epsilon,
                        items),
                WorkGroups.of(N, items));
    }

    @Override
    public void backward(
            KernelSink sink,
            int N,
            int C,
            Slice dx,
            Slice dweight,
            Slice dbias,
            Slice dout,
            Slice x,
            Slice statistics,
            Slice weight) {
        int items = sink.groupSize(RowGroups.itemsFor(C));
        int doutSlot = sink.slot(dout);
        int xSlot = sink.slot(x);
        int statisticsSlot = sink.slot(statistics);
        sink.group(
                Call.of(
                        "kLayerNormBackwardInputRows",
                        LayerNormGroup::kLayerNormBackwardInputRows,
                        new KernelContext(),
                        sink.offsets(),
                        dout.array(),
                        doutSlot,
                        x.array(),
                        xSlot,
                        statistics.array(),
                        statisticsSlot,
                        weight.array(),
                        sink.slot(weight),
                        dx.array(),
                        sink.slot(dx),
                        C,
                        items),
                WorkGroups.of(N, items));
        int blocks = ColumnSumsGroup.blocks(N);
        Slice weights = sink.scratch(Math.multiplyExact(blocks, C));
        Slice biases = dbias == null ? null : sink.scratch(Math.multiplyExact(blocks, C));
        sink.group(
                Call.of(
                        "kLayerNormParameterPartials",
                        LayerNormGroup::kLayerNormParameterPartials,
                        new KernelContext(),
                        sink.offsets(),
                        dout.array(),
                        doutSlot,
                        x.array(),
                        xSlot,
                        statistics.array(),
                        statisticsSlot,
                        weights.array(),
                        sink.slot(weights),
                        sink.slot(biases),
                        N,
                        C,
                        (N - 1) / blocks + 1),
                WorkGroups.of((C - 1) / WIDE + 1, blocks, WIDE, DEEP));
        ColumnSumsGroup.add(sink, blocks, C, dweight, weights);
        if (dbias != null) {
            ColumnSumsGroup.add(sink, blocks, C, dbias, biases);
        }
    }

    /**
     * A row's mean and reciprocal standard deviation, and {@code (x - mean) rstd weight + bias}; overwrites. Whose slot
     * is absent is not written.
     */
    public static void kLayerNormForwardRows(
            KernelContext context,
            IntArray offsets,
            FloatArray x,
            int xSlot,
            FloatArray weight,
            int weightSlot,
            FloatArray bias,
            int biasSlot,
            FloatArray results,
            int statisticsSlot,
            int outSlot,
            int C,
            float epsilon,
            int items) {
        float[] tile = context.allocateFloatLocalArray(RowGroups.ITEMS);
        int lid = context.localIdx;
        int n = context.groupIdx;
        int xRow = offsets.get(xSlot) + n * C;
        // What an item has of a row that is short enough is read at once, and read once.
        float x0 = x.get(xRow + within(lid, C));
        float x1 = x.get(xRow + within(lid + items, C));
        float x2 = x.get(xRow + within(lid + 2 * items, C));
        float x3 = x.get(xRow + within(lid + 3 * items, C));
        x0 = lid < C ? x0 : 0f;
        x1 = lid + items < C ? x1 : 0f;
        x2 = lid + 2 * items < C ? x2 : 0f;
        x3 = lid + 3 * items < C ? x3 : 0f;
        float sum = x0 + x1 + x2 + x3;
        for (int c = lid + 4 * items; c < C; c += items) {
            sum += x.get(xRow + c);
        }
        tile[lid] = sum;
        context.localBarrier();
        for (int half = items >> 1; half > 0; half >>= 1) {
            if (lid < half) {
                tile[lid] += tile[lid + half];
            }
            context.localBarrier();
        }
        float mean = tile[0] / C;
        context.localBarrier();
        x0 = lid < C ? x0 - mean : 0f;
        x1 = lid + items < C ? x1 - mean : 0f;
        x2 = lid + 2 * items < C ? x2 - mean : 0f;
        x3 = lid + 3 * items < C ? x3 - mean : 0f;
        float squares = x0 * x0 + x1 * x1 + x2 * x2 + x3 * x3;
        for (int c = lid + 4 * items; c < C; c += items) {
            float centred = x.get(xRow + c) - mean;
            squares += centred * centred;
        }
        tile[lid] = squares;
        context.localBarrier();
        for (int half = items >> 1; half > 0; half >>= 1) {
            if (lid < half) {
                tile[lid] += tile[lid + half];
            }
            context.localBarrier();
        }
        float rstd = 1f / TornadoMath.sqrt(tile[0] / C + epsilon);
        if (lid == 0 && statisticsSlot >= 0) {
            int at = offsets.get(statisticsSlot) + 2 * n;
            results.set(at, mean);
            results.set(at + 1, rstd);
        }
        if (outSlot >= 0) {
            int weightAt = offsets.get(weightSlot);
            int biasAt = biasSlot >= 0 ? offsets.get(biasSlot) : -1;
            int outRow = offsets.get(outSlot) + n * C;
            if (lid < C) {
                results.set(outRow + lid, scaled(x0 * rstd, weight, weightAt, bias, biasAt, lid));
            }
            if (lid + items < C) {
                results.set(outRow + lid + items, scaled(x1 * rstd, weight, weightAt, bias, biasAt, lid + items));
            }
            if (lid + 2 * items < C) {
                int c = lid + 2 * items;
                results.set(outRow + c, scaled(x2 * rstd, weight, weightAt, bias, biasAt, c));
            }
            if (lid + 3 * items < C) {
                int c = lid + 3 * items;
                results.set(outRow + c, scaled(x3 * rstd, weight, weightAt, bias, biasAt, c));
            }
            for (int c = lid + 4 * items; c < C; c += items) {
                float xhat = (x.get(xRow + c) - mean) * rstd;
                results.set(outRow + c, scaled(xhat, weight, weightAt, bias, biasAt, c));
            }
        }
    }

    /** {@code xhat weight[c] + bias[c]}; without bias where {@code biasAt} is negative. */
    private static float scaled(float xhat, FloatArray weight, int weightAt, FloatArray bias, int biasAt, int c) {
        float value = xhat * weight.get(weightAt + c);
        if (biasAt >= 0) {
            value += bias.get(biasAt + c);
        }
        return value;
    }

    /** {@code dx += rstd (g - mean(g) - xhat mean(g xhat))} with {@code g = dout weight}; accumulates. */
    public static void kLayerNormBackwardInputRows(
            KernelContext context,
            IntArray offsets,
            FloatArray dout,
            int doutSlot,
            FloatArray x,
            int xSlot,
            FloatArray statistics,
            int statisticsSlot,
            FloatArray weight,
            int weightSlot,
            FloatArray dx,
            int dxSlot,
            int C,
            int items) {
        float[] sums = context.allocateFloatLocalArray(RowGroups.ITEMS);
        float[] dots = context.allocateFloatLocalArray(RowGroups.ITEMS);
        int lid = context.localIdx;
        int n = context.groupIdx;
        int xAt = offsets.get(xSlot) + n * C;
        int doutAt = offsets.get(doutSlot) + n * C;
        int dxAt = offsets.get(dxSlot) + n * C;
        int weightAt = offsets.get(weightSlot);
        float mean = statistics.get(offsets.get(statisticsSlot) + 2 * n);
        float rstd = statistics.get(offsets.get(statisticsSlot) + 2 * n + 1);
        // What an item has of a row that is short enough: all that it needs is read at once, and read once.
        float x0 = (x.get(xAt + within(lid, C)) - mean) * rstd;
        float x1 = (x.get(xAt + within(lid + items, C)) - mean) * rstd;
        float x2 = (x.get(xAt + within(lid + 2 * items, C)) - mean) * rstd;
        float x3 = (x.get(xAt + within(lid + 3 * items, C)) - mean) * rstd;
        float g0 = dout.get(doutAt + within(lid, C)) * weight.get(weightAt + within(lid, C));
        float g1 = dout.get(doutAt + within(lid + items, C)) * weight.get(weightAt + within(lid + items, C));
        float g2 = dout.get(doutAt + within(lid + 2 * items, C)) * weight.get(weightAt + within(lid + 2 * items, C));
        float g3 = dout.get(doutAt + within(lid + 3 * items, C)) * weight.get(weightAt + within(lid + 3 * items, C));
        float d0 = dx.get(dxAt + within(lid, C));
        float d1 = dx.get(dxAt + within(lid + items, C));
        float d2 = dx.get(dxAt + within(lid + 2 * items, C));
        float d3 = dx.get(dxAt + within(lid + 3 * items, C));
        g0 = lid < C ? g0 : 0f;
        g1 = lid + items < C ? g1 : 0f;
        g2 = lid + 2 * items < C ? g2 : 0f;
        g3 = lid + 3 * items < C ? g3 : 0f;
        float sum = g0 + g1 + g2 + g3;
        float dot = g0 * x0 + g1 * x1 + g2 * x2 + g3 * x3;
        for (int c = lid + 4 * items; c < C; c += items) {
            float g = dout.get(doutAt + c) * weight.get(weightAt + c);
            sum += g;
            dot += g * (x.get(xAt + c) - mean) * rstd;
        }
        sums[lid] = sum;
        dots[lid] = dot;
        context.localBarrier();
        for (int half = items >> 1; half > 0; half >>= 1) {
            if (lid < half) {
                sums[lid] += sums[lid + half];
                dots[lid] += dots[lid + half];
            }
            context.localBarrier();
        }
        float meanG = sums[0] / C;
        float meanDot = dots[0] / C;
        if (lid < C) {
            dx.set(dxAt + lid, d0 + rstd * (g0 - meanG - x0 * meanDot));
        }
        if (lid + items < C) {
            dx.set(dxAt + lid + items, d1 + rstd * (g1 - meanG - x1 * meanDot));
        }
        if (lid + 2 * items < C) {
            dx.set(dxAt + lid + 2 * items, d2 + rstd * (g2 - meanG - x2 * meanDot));
        }
        if (lid + 3 * items < C) {
            dx.set(dxAt + lid + 3 * items, d3 + rstd * (g3 - meanG - x3 * meanDot));
        }
        for (int c = lid + 4 * items; c < C; c += items) {
            float g = dout.get(doutAt + c) * weight.get(weightAt + c);
            float xhat = (x.get(xAt + c) - mean) * rstd;
            dx.set(dxAt + c, dx.get(dxAt + c) + rstd * (g - meanG - xhat * meanDot));
        }
    }

    /**
     * {@code weights[b,c] = sum of dout xhat, biases[b,c] = sum of dout over the rows of block b}, if there are biases;
     * overwrites.
     */
    public static void kLayerNormParameterPartials(
            KernelContext context,
            IntArray offsets,
            FloatArray dout,
            int doutSlot,
            FloatArray x,
            int xSlot,
            FloatArray statistics,
            int statisticsSlot,
            FloatArray partial,
            int weightSlot,
            int biasSlot,
            int N,
            int C,
            int blockRows) {
        float[] dotTile = context.allocateFloatLocalArray(WIDE * DEEP);
        float[] sumTile = context.allocateFloatLocalArray(WIDE * DEEP);
        int wide = context.localIdx;
        int deep = context.localIdy;
        int c = context.groupIdx * WIDE + wide;
        int block = context.groupIdy;
        int end = block * blockRows + blockRows;
        if (end > N) {
            end = N;
        }
        int statisticsAt = offsets.get(statisticsSlot);
        int xAt = offsets.get(xSlot) + within(c, C);
        int doutAt = offsets.get(doutSlot) + within(c, C);
        float dots = 0f;
        float sum = 0f;
        for (int n = block * blockRows + deep; n < end; n += DEEP) {
            float xhat = (x.get(xAt + n * C) - statistics.get(statisticsAt + 2 * n))
                    * statistics.get(statisticsAt + 2 * n + 1);
            float g = dout.get(doutAt + n * C);
            dots += g * xhat;
            sum += g;
        }
        int lid = deep * WIDE + wide;
        dotTile[lid] = dots;
        sumTile[lid] = sum;
        context.localBarrier();
        if (deep == 0 && c < C) {
            for (int d = 1; d < DEEP; d++) {
                dots += dotTile[d * WIDE + wide];
                sum += sumTile[d * WIDE + wide];
            }
            partial.set(offsets.get(weightSlot) + block * C + c, dots);
            if (biasSlot >= 0) {
                partial.set(offsets.get(biasSlot) + block * C + c, sum);
            }
        }
    }

    /** The element's number, or the last one's where it is outside. */
    private static int within(int c, int C) {
        return c < C ? c : C - 1;
    }
}
