package org.tornadogpt.kernels.ops.swiglu;

import org.tornadogpt.kernels.kernel.Call;
import org.tornadogpt.kernels.kernel.DeviceTraits;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.memory.Slice;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * One work-item for each gate: the reference. Exponentials are of negative numbers only, so nothing overflows, and
 * {@code 1 - s(z)} is computed as {@code s(-z)}, so that {@code z (1 - s(z))} is right to its last places for large z.
 */
public final class SwiGluLoop implements SwiGlu {
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
        return "one item per gate";
    }

    @Override
    public String description() {
        return "One work-item for each gate; exponentials are of negative numbers only, so nothing "
                + "overflows: the reference.";
    }

    @Override
    public int preference(DeviceTraits device) {
        return REFERENCE;
    }

    @Override
    public void forward(KernelSink sink, int N, int F, Slice out, Slice x) {
        sink.loop(Call.of(
                "kSwiGluForward",
                SwiGluLoop::kSwiGluForward,
                sink.offsets(),
                x.array(),
                sink.slot(x),
                out.array(),
                sink.slot(out),
                N,
                F));
    }

    @Override
    public void backward(KernelSink sink, int N, int F, Slice dx, Slice dout, Slice x) {
        sink.loop(Call.of(
                "kSwiGluBackward",
                SwiGluLoop::kSwiGluBackward,
                sink.offsets(),
                dout.array(),
                sink.slot(dout),
                x.array(),
                sink.slot(x),
                dx.array(),
                sink.slot(dx),
                N,
                F));
    }

    /** {@code out = silu(gate) up}; overwrites. */
    public static void kSwiGluForward(
            IntArray offsets, FloatArray x, int xSlot, FloatArray out, int outSlot, int N, int F) {
        for (@Parallel int n = 0; n < N; n++) {
            for (@Parallel int f = 0; f < F; f++) {
                int at = offsets.get(xSlot) + n * 2 * F + f;
                out.set(offsets.get(outSlot) + n * F + f, silu(x.get(at)) * x.get(at + F));
            }
        }
    }

    /** {@code dx = [dout up silu'(gate) | dout silu(gate)]}; overwrites. */
    public static void kSwiGluBackward(
            IntArray offsets,
            FloatArray dout,
            int doutSlot,
            FloatArray x,
            int xSlot,
            FloatArray dx,
            int dxSlot,
            int N,
            int F) {
        for (@Parallel int n = 0; n < N; n++) {
            for (@Parallel int f = 0; f < F; f++) {
                int at = offsets.get(xSlot) + n * 2 * F + f;
                int dxAt = offsets.get(dxSlot) + n * 2 * F + f;
                float d = dout.get(offsets.get(doutSlot) + n * F + f);
                float gate = x.get(at);
                float up = x.get(at + F);
                dx.set(dxAt, d * up * siluDerivative(gate));
                dx.set(dxAt + F, d * silu(gate));
            }
        }
    }

    /** {@code z s(z)}. */
    static float silu(float z) {
        float e = TornadoMath.exp(-TornadoMath.abs(z));
        float s = 1f / (1f + e);
        if (z < 0f) {
            s = e / (1f + e);
        }
        return z * s;
    }

    /** {@code s(z) (1 + z s(-z))}. */
    static float siluDerivative(float z) {
        float e = TornadoMath.exp(-TornadoMath.abs(z));
        float s = 1f / (1f + e);
        float other = e / (1f + e);
        if (z < 0f) {
            other = s;
            s = e / (1f + e);
        }
        return s * (1f + z * other);
    }
}
