package org.tornadogpt.kernels.ops.matmul;

import java.util.EnumSet;
import java.util.Set;
import org.tornadogpt.kernels.kernel.Call;
import org.tornadogpt.kernels.kernel.DeviceTraits;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.memory.DType;
import org.tornadogpt.kernels.memory.Slice;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.ShortArray;

/** One dot product for each element, in index order: the reference. */
public final class MatMulLoop implements MatMul {
    @Override
    public String name() {
        return "naive";
    }

    @Override
    public Style style() {
        return Style.LOOP;
    }

    @Override
    public int preference(DeviceTraits device) {
        return REFERENCE;
    }

    @Override
    public Set<DType> weightTypes() {
        return EnumSet.allOf(DType.class);
    }

    @Override
    public void forward(KernelSink sink, Shape s, Slice out, Slice x, Slice weight, Slice bias) {
        if (weight.type() == DType.BF16) {
            forwardBf16(sink, s, out, x, weight, bias);
            return;
        }
        Slice b = bias == null ? weight : bias;
        sink.loop(Call.of(
                "kMatMulForward",
                MatMulLoop::kMatMulForward,
                sink.offsets(),
                x.array(),
                sink.slot(x),
                weight.array(),
                sink.slot(weight),
                b.array(),
                sink.slot(bias),
                out.array(),
                sink.slot(out),
                s.N(),
                s.K(),
                s.O()));
    }

    private static void forwardBf16(KernelSink sink, Shape s, Slice out, Slice x, Slice weight, Slice bias) {
        Slice b = bias == null ? x : bias;
        sink.loop(Call.of(
                "kMatMulForwardBf16",
                MatMulLoop::kMatMulForwardBf16,
                sink.offsets(),
                x.array(),
                sink.slot(x),
                weight.bf16Array(),
                sink.slot(weight),
                b.array(),
                sink.slot(bias),
                out.array(),
                sink.slot(out),
                s.N(),
                s.K(),
                s.O()));
    }

    @Override
    public void backwardInput(KernelSink sink, Shape s, Slice dx, Slice dout, Slice weight) {
        sink.loop(Call.of(
                "kMatMulBackwardInput",
                MatMulLoop::kMatMulBackwardInput,
                sink.offsets(),
                dout.array(),
                sink.slot(dout),
                weight.array(),
                sink.slot(weight),
                dx.array(),
                sink.slot(dx),
                s.N(),
                s.K(),
                s.O()));
    }

    @Override
    public void backwardWeight(KernelSink sink, Shape s, Slice dweight, Slice dbias, Slice dout, Slice x) {
        sink.loop(Call.of(
                "kMatMulBackwardWeight",
                MatMulLoop::kMatMulBackwardWeight,
                sink.offsets(),
                dout.array(),
                sink.slot(dout),
                x.array(),
                sink.slot(x),
                dweight.array(),
                sink.slot(dweight),
                s.N(),
                s.K(),
                s.O()));
        if (dbias != null) {
            sink.loop(Call.of(
                    "kMatMulBackwardBias",
                    MatMulLoop::kMatMulBackwardBias,
                    sink.offsets(),
                    dout.array(),
                    sink.slot(dout),
                    dbias.array(),
                    sink.slot(dbias),
                    s.N(),
                    s.O()));
        }
    }

    /** {@code out[n,o] = bias[o] + sum_k x[n,k] weight[o,k]}, the bias first; overwrites. */
    public static void kMatMulForward(
            IntArray offsets,
            FloatArray x,
            int xSlot,
            FloatArray weight,
            int weightSlot,
            FloatArray bias,
            int biasSlot,
            FloatArray out,
            int outSlot,
            int N,
            int K,
            int O) {
        for (@Parallel int n = 0; n < N; n++) {
            for (@Parallel int o = 0; o < O; o++) {
                int xRow = offsets.get(xSlot) + n * K;
                int weightRow = offsets.get(weightSlot) + o * K;
                float sum = 0f;
                if (biasSlot >= 0) {
                    sum = bias.get(offsets.get(biasSlot) + o);
                }
                for (int k = 0; k < K; k++) {
                    sum += x.get(xRow + k) * weight.get(weightRow + k);
                }
                out.set(offsets.get(outSlot) + n * O + o, sum);
            }
        }
    }

    /**
     * As {@link #kMatMulForward}, the weight in bfloat16: a kernel's arrays have one type, so this is another kernel.
     */
    public static void kMatMulForwardBf16(
            IntArray offsets,
            FloatArray x,
            int xSlot,
            ShortArray weight,
            int weightSlot,
            FloatArray bias,
            int biasSlot,
            FloatArray out,
            int outSlot,
            int N,
            int K,
            int O) {
        for (@Parallel int n = 0; n < N; n++) {
            for (@Parallel int o = 0; o < O; o++) {
                int xRow = offsets.get(xSlot) + n * K;
                int weightRow = offsets.get(weightSlot) + o * K;
                float sum = 0f;
                if (biasSlot >= 0) {
                    sum = bias.get(offsets.get(biasSlot) + o);
                }
                for (int k = 0; k < K; k++) {
                    sum += x.get(xRow + k) * Float.intBitsToFloat(weight.get(weightRow + k) << 16);
                }
                out.set(offsets.get(outSlot) + n * O + o, sum);
            }
        }
    }

    /** {@code dx[n,k] = sum_o dout[n,o] weight[o,k]}; overwrites. */
    public static void kMatMulBackwardInput(
            IntArray offsets,
            FloatArray dout,
            int doutSlot,
            FloatArray weight,
            int weightSlot,
            FloatArray dx,
            int dxSlot,
            int N,
            int K,
            int O) {
        for (@Parallel int n = 0; n < N; n++) {
            for (@Parallel int k = 0; k < K; k++) {
                int doutRow = offsets.get(doutSlot) + n * O;
                int weightColumn = offsets.get(weightSlot) + k;
                float sum = 0f;
                for (int o = 0; o < O; o++) {
                    sum += dout.get(doutRow + o) * weight.get(weightColumn + o * K);
                }
                dx.set(offsets.get(dxSlot) + n * K + k, sum);
            }
        }
    }

    /** {@code dweight[o,k] += sum_n dout[n,o] x[n,k]}; accumulates. */
    public static void kMatMulBackwardWeight(
            IntArray offsets,
            FloatArray dout,
            int doutSlot,
            FloatArray x,
            int xSlot,
            FloatArray dweight,
            int dweightSlot,
            int N,
            int K,
            int O) {
        for (@Parallel int o = 0; o < O; o++) {
            for (@Parallel int k = 0; k < K; k++) {
                int doutColumn = offsets.get(doutSlot) + o;
                int xColumn = offsets.get(xSlot) + k;
                int at = offsets.get(dweightSlot) + o * K + k;
                float sum = 0f;
                for (int n = 0; n < N; n++) {
                    sum += dout.get(doutColumn + n * O) * x.get(xColumn + n * K);
                }
                dweight.set(at, dweight.get(at) + sum);
            }
        }
    }

    /** {@code dbias[o] += sum_n dout[n,o]}; accumulates. */
    public static void kMatMulBackwardBias(
            IntArray offsets, FloatArray dout, int doutSlot, FloatArray dbias, int dbiasSlot, int N, int O) {
        for (@Parallel int o = 0; o < O; o++) {
            int doutColumn = offsets.get(doutSlot) + o;
            int at = offsets.get(dbiasSlot) + o;
            float sum = 0f;
            for (int n = 0; n < N; n++) {
                sum += dout.get(doutColumn + n * O);
            }
            dbias.set(at, dbias.get(at) + sum);
        }
    }
}
