package org.tornadogpt.kernels.ops.activation;

import org.tornadogpt.kernels.kernel.Call;
import org.tornadogpt.kernels.kernel.DeviceTraits;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.memory.Slice;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * One work-item for each element: the reference. NaN comes out as NaN. Neither form subtracts nearly equal numbers, so
 * values and derivatives are good to about 1e-6 relative to their size, in the negative tail too:
 *
 * <ul>
 *   <li>{@code Φ(x) = erfc(-x/√2)/2}, with {@code erfc(z) = t exp(-z² + P(t))}, {@code t = 1/(1 + z/2)} for z at least
 *       0, the form of Press et al., Numerical Recipes, section 6.2; P is of degree 9, fitted anew over all of t in (0,
 *       1] by Chebyshev interpolation of {@code ln(erfcx(z)/t)}: error at most 1.1e-7 relative before rounding.
 *   <li>{@code (1 + tanh u)/2 = 1/(1 + exp(-2u))}.
 * </ul>
 */
public final class PointwiseActivationLoop implements PointwiseActivation {
    private static final float INVERSE_SQRT_2 = 0.70710677f;
    private static final float INVERSE_SQRT_2_PI = 0.3989423f;
    private static final float SQRT_2_OVER_PI = 0.7978846f;
    private static final float CUBIC = 0.044715f;

    /** Beyond this distance from 0 the tanh form's derivative is 0 or 1 to the last bit. */
    private static final float FLAT = 20f;

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
        return "one item per element";
    }

    @Override
    public String description() {
        return "Each work-item computes one element, with the exponential, error function and tanh in "
                + "forms that do not subtract nearly equal numbers: the reference.";
    }

    @Override
    public String errorBound() {
        return "values and slopes to about 1e-6 relative, in the negative tail too; NaN stays NaN";
    }

    @Override
    public int preference(DeviceTraits device) {
        return REFERENCE;
    }

    @Override
    public void forward(KernelSink sink, int size, Activation kind, Slice out, Slice x) {
        sink.loop(Call.of(
                "kActivationForward",
                PointwiseActivationLoop::kActivationForward,
                sink.offsets(),
                x.array(),
                sink.slot(x),
                out.array(),
                sink.slot(out),
                kind.code(),
                size));
    }

    @Override
    public void backward(KernelSink sink, int size, Activation kind, Slice dx, Slice dout, Slice saved) {
        sink.loop(Call.of(
                "kActivationBackward",
                PointwiseActivationLoop::kActivationBackward,
                sink.offsets(),
                dout.array(),
                sink.slot(dout),
                saved.array(),
                sink.slot(saved),
                dx.array(),
                sink.slot(dx),
                kind.code(),
                size));
    }

    /** {@code out = f(x)}; overwrites. */
    public static void kActivationForward(
            IntArray offsets, FloatArray x, int xSlot, FloatArray out, int outSlot, int kind, int size) {
        for (@Parallel int i = 0; i < size; i++) {
            out.set(offsets.get(outSlot) + i, value(x.get(offsets.get(xSlot) + i), kind));
        }
    }

    /** {@code dx = dout f'(saved)}; overwrites. */
    public static void kActivationBackward(
            IntArray offsets,
            FloatArray dout,
            int doutSlot,
            FloatArray saved,
            int savedSlot,
            FloatArray dx,
            int dxSlot,
            int kind,
            int size) {
        for (@Parallel int i = 0; i < size; i++) {
            float slope = derivative(saved.get(offsets.get(savedSlot) + i), kind);
            dx.set(offsets.get(dxSlot) + i, dout.get(offsets.get(doutSlot) + i) * slope);
        }
    }

    /** f(x) of the activation with this {@link Activation#code}. */
    public static float value(float x, int kind) {
        float y = x;
        if (kind == 0) {
            if (x < 0f) {
                y = 0f;
            }
        } else if (kind == 1) {
            y = x * normalDistribution(x);
        } else {
            y = x * tanhGate(x);
        }
        return y;
    }

    /** f'(x) of the activation with this {@link Activation#code}. */
    public static float derivative(float x, int kind) {
        float slope = 1f;
        if (kind == 0) {
            if (x <= 0f) {
                slope = 0f;
            }
        } else if (kind == 1) {
            slope = normalDistribution(x) + x * INVERSE_SQRT_2_PI * TornadoMath.exp(-0.5f * x * x);
        } else {
            float near = x;
            if (x > FLAT) {
                near = FLAT;
            }
            if (x < -FLAT) {
                near = -FLAT;
            }
            float gate = tanhGate(near);
            float slopeOfU = SQRT_2_OVER_PI * (1f + 3f * CUBIC * near * near);
            slope = gate + 2f * near * gate * (1f - gate) * slopeOfU;
        }
        return slope;
    }

    private static float normalDistribution(float x) {
        float z = INVERSE_SQRT_2 * TornadoMath.abs(x);
        float t = 1f / (1f + 0.5f * z);
        float p = 0.17087278f;
        p = p * t - 0.82215226f;
        p = p * t + 1.4885159f;
        p = p * t - 1.135204f;
        p = p * t + 0.27886808f;
        p = p * t - 0.18628806f;
        p = p * t + 0.09678419f;
        p = p * t + 0.37409195f;
        p = p * t + 1.0000237f;
        p = p * t - 1.2655122f;
        float tail = 0.5f * t * TornadoMath.exp(p - 0.5f * x * x);
        if (x > 0f) {
            tail = 1f - tail;
        }
        return tail;
    }

    /** {@code (1 + tanh u)/2}. */
    private static float tanhGate(float x) {
        float u = SQRT_2_OVER_PI * (x + CUBIC * x * x * x);
        return 1f / (1f + TornadoMath.exp(-2f * u));
    }
}
