package org.tornadogpt.kernels.layernorm;

import org.tornadogpt.kernels.Call;
import org.tornadogpt.kernels.Launcher;
import org.tornadogpt.kernels.Slice;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** One work-item for each row, and for each column of the weight gradient; two passes for the variance: the reference. */
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
    public void forward(
            Launcher launcher, int N, int C, Slice out, Slice statistics, Slice x, Slice weight, Slice bias) {
        Slice b = bias == null ? weight : bias;
        launcher.loop(Call.of(
                "kLayerNormForward",
                LayerNormLoop::kLayerNormForward,
                launcher.offsets(),
                out.array(),
                launcher.slot(out),
                statistics.array(),
                launcher.slot(statistics),
                x.array(),
                launcher.slot(x),
                weight.array(),
                launcher.slot(weight),
                b.array(),
                launcher.slot(bias),
                N,
                C));
    }

    @Override
    public void backward(
            Launcher launcher,
            int N,
            int C,
            Slice dx,
            Slice dweight,
            Slice dbias,
            Slice dout,
            Slice x,
            Slice statistics,
            Slice weight) {
        launcher.loop(Call.of(
                "kLayerNormBackwardInput",
                LayerNormLoop::kLayerNormBackwardInput,
                launcher.offsets(),
                dx.array(),
                launcher.slot(dx),
                dout.array(),
                launcher.slot(dout),
                x.array(),
                launcher.slot(x),
                statistics.array(),
                launcher.slot(statistics),
                weight.array(),
                launcher.slot(weight),
                N,
                C));
        Slice db = dbias == null ? dweight : dbias;
        launcher.loop(Call.of(
                "kLayerNormBackwardWeight",
                LayerNormLoop::kLayerNormBackwardWeight,
                launcher.offsets(),
                dweight.array(),
                launcher.slot(dweight),
                db.array(),
                launcher.slot(dbias),
                dout.array(),
                launcher.slot(dout),
                x.array(),
                launcher.slot(x),
                statistics.array(),
                launcher.slot(statistics),
                N,
                C));
    }

    /** A row's statistics, then its result; overwrites both. */
    public static void kLayerNormForward(
            IntArray offsets,
            FloatArray out,
            int outSlot,
            FloatArray statistics,
            int statisticsSlot,
            FloatArray x,
            int xSlot,
            FloatArray weight,
            int weightSlot,
            FloatArray bias,
            int biasSlot,
            int N,
            int C) {
        for (@Parallel int n = 0; n < N; n++) {
            int xRow = offsets.get(xSlot) + n * C;
            int outRow = offsets.get(outSlot) + n * C;
            int weightAt = offsets.get(weightSlot);
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
            float rstd = 1f / TornadoMath.sqrt(squares / C + EPSILON);
            for (int c = 0; c < C; c++) {
                float value = (x.get(xRow + c) - mean) * rstd * weight.get(weightAt + c);
                if (biasSlot >= 0) {
                    value += bias.get(offsets.get(biasSlot) + c);
                }
                out.set(outRow + c, value);
            }
            int at = offsets.get(statisticsSlot) + 2 * n;
            statistics.set(at, mean);
            statistics.set(at + 1, rstd);
        }
    }

    /** {@code dx += rstd (g - mean(g) - xhat mean(g xhat))} with {@code g = dout weight}; accumulates. */
    public static void kLayerNormBackwardInput(
            IntArray offsets,
            FloatArray dx,
            int dxSlot,
            FloatArray dout,
            int doutSlot,
            FloatArray x,
            int xSlot,
            FloatArray statistics,
            int statisticsSlot,
            FloatArray weight,
            int weightSlot,
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

    /** {@code dweight += sum_n dout xhat}, {@code dbias += sum_n dout}, rows in order; accumulates. */
    public static void kLayerNormBackwardWeight(
            IntArray offsets,
            FloatArray dweight,
            int dweightSlot,
            FloatArray dbias,
            int dbiasSlot,
            FloatArray dout,
            int doutSlot,
            FloatArray x,
            int xSlot,
            FloatArray statistics,
            int statisticsSlot,
            int N,
            int C) {
        for (@Parallel int c = 0; c < C; c++) {
            float dw = 0f;
            float db = 0f;
            for (int n = 0; n < N; n++) {
                float d = dout.get(offsets.get(doutSlot) + n * C + c);
                float mean = statistics.get(offsets.get(statisticsSlot) + 2 * n);
                float rstd = statistics.get(offsets.get(statisticsSlot) + 2 * n + 1);
                dw += d * (x.get(offsets.get(xSlot) + n * C + c) - mean) * rstd;
                db += d;
            }
            int at = offsets.get(dweightSlot) + c;
            dweight.set(at, dweight.get(at) + dw);
            if (dbiasSlot >= 0) {
                int biasAt = offsets.get(dbiasSlot) + c;
                dbias.set(biasAt, dbias.get(biasAt) + db);
            }
        }
    }
}
