package org.tornadogpt.kernels.ops.rmsnorm;

import org.tornadogpt.kernels.kernel.Call;
import org.tornadogpt.kernels.kernel.DeviceTraits;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.memory.Slice;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** One work-item for each row, element or column: the reference. */
public final class RmsNormLoop implements RmsNorm {
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
        return "One work-item for each row, element or column: the reference.";
    }

    @Override
    public int preference(DeviceTraits device) {
        return REFERENCE;
    }

    @Override
    public void forward(KernelSink sink, int N, int C, float epsilon, Slice out, Slice rstd, Slice x, Slice weight) {
        int xSlot = sink.slot(x);
        int rstdSlot = sink.slot(rstd);
        sink.loop(Call.of(
                "kRmsNormRstd",
                RmsNormLoop::kRmsNormRstd,
                sink.offsets(),
                x.array(),
                xSlot,
                rstd.array(),
                rstdSlot,
                N,
                C,
                epsilon));
        sink.loop(Call.of(
                "kRmsNormForward",
                RmsNormLoop::kRmsNormForward,
                sink.offsets(),
                x.array(),
                xSlot,
                rstd.array(),
                rstdSlot,
                weight.array(),
                sink.slot(weight),
                out.array(),
                sink.slot(out),
                N,
                C));
    }

    @Override
    public void backward(
            KernelSink sink, int N, int C, Slice dx, Slice dweight, Slice dout, Slice x, Slice rstd, Slice weight) {
        int doutSlot = sink.slot(dout);
        int xSlot = sink.slot(x);
        int rstdSlot = sink.slot(rstd);
        sink.loop(Call.of(
                "kRmsNormBackwardInput",
                RmsNormLoop::kRmsNormBackwardInput,
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
                N,
                C));
        sink.loop(Call.of(
                "kRmsNormBackwardWeight",
                RmsNormLoop::kRmsNormBackwardWeight,
                sink.offsets(),
                dout.array(),
                doutSlot,
                x.array(),
                xSlot,
                rstd.array(),
                rstdSlot,
                dweight.array(),
                sink.slot(dweight),
                N,
                C));
    }

    /** A row's reciprocal root mean square; overwrites. */
    public static void kRmsNormRstd(
            IntArray offsets, FloatArray x, int xSlot, FloatArray rstd, int rstdSlot, int N, int C, float epsilon) {
        for (@Parallel int n = 0; n < N; n++) {
            int xAt = offsets.get(xSlot) + n * C;
            float squares = 0f;
            for (int c = 0; c < C; c++) {
                squares += x.get(xAt + c) * x.get(xAt + c);
            }
            rstd.set(offsets.get(rstdSlot) + n, 1f / TornadoMath.sqrt(squares / C + epsilon));
        }
    }

    /** {@code out = x rstd weight}; overwrites. */
    public static void kRmsNormForward(
            IntArray offsets,
            FloatArray x,
            int xSlot,
            FloatArray rstd,
            int rstdSlot,
            FloatArray weight,
            int weightSlot,
            FloatArray out,
            int outSlot,
            int N,
            int C) {
        for (@Parallel int n = 0; n < N; n++) {
            for (@Parallel int c = 0; c < C; c++) {
                float xhat = x.get(offsets.get(xSlot) + n * C + c) * rstd.get(offsets.get(rstdSlot) + n);
                out.set(offsets.get(outSlot) + n * C + c, xhat * weight.get(offsets.get(weightSlot) + c));
            }
        }
    }

    /** {@code dx += rstd (g - xhat mean(g xhat))} with {@code g = dout weight}; accumulates. */
    public static void kRmsNormBackwardInput(
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
            int N,
            int C) {
        for (@Parallel int n = 0; n < N; n++) {
            int doutAt = offsets.get(doutSlot) + n * C;
            int xAt = offsets.get(xSlot) + n * C;
            int dxAt = offsets.get(dxSlot) + n * C;
            int weightAt = offsets.get(weightSlot);
            float r = rstd.get(offsets.get(rstdSlot) + n);
            float dot = 0f;
            for (int c = 0; c < C; c++) {
                dot += dout.get(doutAt + c) * weight.get(weightAt + c) * (x.get(xAt + c) * r);
            }
            float mean = dot / C;
            for (int c = 0; c < C; c++) {
                float g = dout.get(doutAt + c) * weight.get(weightAt + c);
                dx.set(dxAt + c, dx.get(dxAt + c) + r * (g - x.get(xAt + c) * r * mean));
            }
        }
    }

    /** {@code dweight += sum_n dout xhat}, rows in order; accumulates. */
    public static void kRmsNormBackwardWeight(
            IntArray offsets,
            FloatArray dout,
            int doutSlot,
            FloatArray x,
            int xSlot,
            FloatArray rstd,
            int rstdSlot,
            FloatArray dweight,
            int dweightSlot,
            int N,
            int C) {
        for (@Parallel int c = 0; c < C; c++) {
            float sum = 0f;
            for (int n = 0; n < N; n++) {
                float xhat = x.get(offsets.get(xSlot) + n * C + c) * rstd.get(offsets.get(rstdSlot) + n);
                sum += dout.get(offsets.get(doutSlot) + n * C + c) * xhat;
            }
            int at = offsets.get(dweightSlot) + c;
            dweight.set(at, dweight.get(at) + sum);
        }
    }
}
