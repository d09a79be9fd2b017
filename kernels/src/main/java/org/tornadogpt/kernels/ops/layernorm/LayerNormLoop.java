package org.tornadogpt.kernels.ops.layernorm;

import org.tornadogpt.kernels.kernel.Call;
import org.tornadogpt.kernels.kernel.DeviceTraits;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.memory.Slice;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** One work-item for each row, element or column; two passes for the variance: the reference. */
public final class LayerNormLoop implements LayerNorm {
    @Override
    public String name() {
        return "loop";
    }

    @Override
    public Style style() {
        return Style.LOOP;
    }

    @Override
    public String mechanism() {
        return "one item per row or column";
    }

    @Override
    public String description() {
        return "One work-item for each row, element or column; two passes for the variance: the " + "reference.";
    }

    @Override
    public int preference(DeviceTraits device) {
        return REFERENCE;
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
        int statisticsSlot = sink.slot(statistics);
        int xSlot = sink.slot(x);
        sink.loop(Call.of(
                "kLayerNormStatistics",
                LayerNormLoop::kLayerNormStatistics,
                sink.offsets(),
                x.array(),
                xSlot,
                statistics.array(),
                statisticsSlot,
                N,
                C,
                epsilon));
        Slice b = bias == null ? weight : bias;
        sink.loop(Call.of(
                "kLayerNormForward",
                LayerNormLoop::kLayerNormForward,
                sink.offsets(),
                x.array(),
                xSlot,
                statistics.array(),
                statisticsSlot,
                weight.array(),
                sink.slot(weight),
                b.array(),
                sink.slot(bias),
                out.array(),
                sink.slot(out),
                N,
                C));
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
        sink.loop(Call.of(
                "kLayerNormBackwardInput",
                LayerNormLoop::kLayerNormBackwardInput,
                sink.offsets(),
                dout.array(),
                sink.slot(dout),
                x.array(),
                sink.slot(x),
                statistics.array(),
                sink.slot(statistics),
                weight.array(),
                sink.slot(weight),
                dx.array(),
                sink.slot(dx),
                N,
                C));
        sink.loop(Call.of(
                "kLayerNormBackwardWeight",
                LayerNormLoop::kLayerNormBackwardWeight,
                sink.offsets(),
                dout.array(),
                sink.slot(dout),
                x.array(),
                sink.slot(x),
                statistics.array(),
                sink.slot(statistics),
                dweight.array(),
                sink.slot(dweight),
                N,
                C));
        if (dbias != null) {
            sink.loop(Call.of(
                    "kLayerNormBackwardBias",
                    LayerNormLoop::kLayerNormBackwardBias,
                    sink.offsets(),
                    dout.array(),
                    sink.slot(dout),
                    dbias.array(),
                    sink.slot(dbias),
                    N,
                    C));
        }
    }

    /** A row's mean and reciprocal standard deviation; overwrites. */
    public static void kLayerNormStatistics(
            IntArray offsets,
            FloatArray x,
            int xSlot,
            FloatArray statistics,
            int statisticsSlot,
            int N,
            int C,
            float epsilon) {
        for (@Parallel int n = 0; n < N; n++) {
            int xRow = offsets.get(xSlot) + n * C;
            float sum = 0f;
            for (int c = 0; c < C; c++) {
                sum += x.get(xRow + c);
            }
            float mean = sum / C;
            float squares = 0f;
            for (int c = 0; c < C; c++) {
                float centred = x.get(xRow + c) - mean;
                squares += centred * centred;
            }
            int at = offsets.get(statisticsSlot) + 2 * n;
            statistics.set(at, mean);
            statistics.set(at + 1, 1f / TornadoMath.sqrt(squares / C + epsilon));
        }
    }

    /** {@code out = (x - mean) rstd weight + bias}; overwrites. */
    public static void kLayerNormForward(
            IntArray offsets,
            FloatArray x,
            int xSlot,
            FloatArray statistics,
            int statisticsSlot,
            FloatArray weight,
            int weightSlot,
            FloatArray bias,
            int biasSlot,
            FloatArray out,
            int outSlot,
            int N,
            int C) {
        for (@Parallel int n = 0; n < N; n++) {
            for (@Parallel int c = 0; c < C; c++) {
                int at = offsets.get(statisticsSlot) + 2 * n;
                float xhat = (x.get(offsets.get(xSlot) + n * C + c) - statistics.get(at)) * statistics.get(at + 1);
                float value = xhat * weight.get(offsets.get(weightSlot) + c);
                if (biasSlot >= 0) {
                    value += bias.get(offsets.get(biasSlot) + c);
                }
                out.set(offsets.get(outSlot) + n * C + c, value);
            }
        }
    }

    /** {@code dx += rstd (g - mean(g) - xhat mean(g xhat))} with {@code g = dout weight}; accumulates. */
    public static void kLayerNormBackwardInput(
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
            int N,
            int C) {
        for (@Parallel int n = 0; n < N; n++) {
            int row = n * C;
            int xAt = offsets.get(xSlot) + row;
            int doutAt = offsets.get(doutSlot) + row;
            int dxAt = offsets.get(dxSlot) + row;
            int weightAt = offsets.get(weightSlot);
            float mean = statistics.get(offsets.get(statisticsSlot) + 2 * n);
            float rstd = statistics.get(offsets.get(statisticsSlot) + 2 * n + 1);
            float sum = 0f;
            float dot = 0f;
            for (int c = 0; c < C; c++) {
                float g = dout.get(doutAt + c) * weight.get(weightAt + c);
                sum += g;
                dot += g * (x.get(xAt + c) - mean) * rstd;
            }
            for (int c = 0; c < C; c++) {
                float g = dout.get(doutAt + c) * weight.get(weightAt + c);
                float xhat = (x.get(xAt + c) - mean) * rstd;
                dx.set(dxAt + c, dx.get(dxAt + c) + rstd * (g - sum / C - xhat * dot / C));
            }
        }
    }

    /** {@code dweight += sum_n dout xhat}, rows in order; accumulates. */
    public static void kLayerNormBackwardWeight(
            IntArray offsets,
            FloatArray dout,
            int doutSlot,
            FloatArray x,
            int xSlot,
            FloatArray statistics,
            int statisticsSlot,
            FloatArray dweight,
            int dweightSlot,
            int N,
            int C) {
        for (@Parallel int c = 0; c < C; c++) {
            float sum = 0f;
            for (int n = 0; n < N; n++) {
                float mean = statistics.get(offsets.get(statisticsSlot) + 2 * n);
                float rstd = statistics.get(offsets.get(statisticsSlot) + 2 * n + 1);
                float xhat = (x.get(offsets.get(xSlot) + n * C + c) - mean) * rstd;
                sum += dout.get(offsets.get(doutSlot) + n * C + c) * xhat;
            }
            int at = offsets.get(dweightSlot) + c;
            dweight.set(at, dweight.get(at) + sum);
        }
    }

    /** {@code dbias += sum_n dout}, rows in order; accumulates. */
    public static void kLayerNormBackwardBias(
            IntArray offsets, FloatArray dout, int doutSlot, FloatArray dbias, int dbiasSlot, int N, int C) {
        for (@Parallel int c = 0; c < C; c++) {
            float sum = 0f;
            for (int n = 0; n < N; n++) {
                sum += dout.get(offsets.get(doutSlot) + n * C + c);
            }
            int at = offsets.get(dbiasSlot) + c;
            dbias.set(at, dbias.get(at) + sum);
        }
    }
}
