package org.tornadogpt.kernels.activation;

import static org.tornadogpt.kernels.vector.LanesVector.LANES;
import static org.tornadogpt.kernels.vector.LanesVector.broadcast;
import static org.tornadogpt.kernels.vector.LanesVector.first;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import org.tornadogpt.kernels.Activation;
import org.tornadogpt.kernels.Launcher;
import org.tornadogpt.kernels.Slice;
import org.tornadogpt.kernels.vector.MathVector;
import org.tornadogpt.kernels.vector.VectorSlice;

/** A pass over blocks of elements on all threads. Absolute error of GELU and its derivative below 4e-7 max(1, |x|). */
public final class PointwiseActivationVector implements PointwiseActivation {
    private static final int BLOCK = 16 * 1024;
    private static final float SQRT_2_OVER_PI = 0.7978845608f;
    private static final float CUBIC = 0.044715f;
    private static final float FAR = 12f;

    @Override
    public String name() {
        return "vector";
    }

    @Override
    public Style style() {
        return Style.VECTOR;
    }

    @Override
    public void forward(Launcher launcher, int size, Activation kind, Slice out, Slice x) {
        VectorSlice y = VectorSlice.of(out);
        VectorSlice in = VectorSlice.of(x);
        launcher.blocks("activation.forward", blocks(size), (block, worker) -> {
            int end = Math.min(size, (block + 1) * BLOCK);
            int i = block * BLOCK;
            for (; i <= end - LANES; i += LANES) {
                y.store(i, value(kind, in.load(i)));
            }
            if (i < end) {
                VectorMask<Float> mask = first(end - i);
                y.store(i, value(kind, in.load(i, mask)), mask);
            }
        });
    }

    @Override
    public void backward(Launcher launcher, int size, Activation kind, Slice dx, Slice dout, Slice saved) {
        VectorSlice d = VectorSlice.of(dx);
        VectorSlice dy = VectorSlice.of(dout);
        VectorSlice in = VectorSlice.of(saved);
        launcher.blocks("activation.backward", blocks(size), (block, worker) -> {
            int end = Math.min(size, (block + 1) * BLOCK);
            int i = block * BLOCK;
            for (; i <= end - LANES; i += LANES) {
                d.store(i, gradient(kind, dy.load(i), in.load(i)));
            }
            if (i < end) {
                VectorMask<Float> mask = first(end - i);
                d.store(i, gradient(kind, dy.load(i, mask), in.load(i, mask)), mask);
            }
        });
    }

    private static int blocks(int size) {
        return Math.ceilDiv(size, BLOCK);
    }

    /** {@code kind(x)}. */
    public static FloatVector value(Activation kind, FloatVector x) {
        return switch (kind) {
            case RELU -> x.blend(0f, x.compare(VectorOperators.LE, 0f));
            case GELU -> MathVector.gelu(x);
            case GELU_TANH -> {
                FloatVector e = exponential(clamp(x));
                yield MathVector.atLeast(x, -FAR).mul(e.div(e.add(1f)));
            }
        };
    }

    /** {@code dout * kind'(saved)}. */
    public static FloatVector gradient(Activation kind, FloatVector dout, FloatVector saved) {
        return switch (kind) {
            case RELU -> dout.blend(0f, saved.compare(VectorOperators.LE, 0f));
            case GELU -> dout.mul(MathVector.geluDerivative(saved));
            case GELU_TANH -> geluTanhGradient(dout, clamp(saved));
        };
    }

    /** With s = sigmoid(2u) = (1 + tanh u)/2: s + 2 x s (1-s) u'; 1-s is had without cancellation. */
    private static FloatVector geluTanhGradient(FloatVector dout, FloatVector x) {
        FloatVector e = exponential(x);
        FloatVector rest = broadcast(1f).div(e.add(1f));
        FloatVector sigmoid = e.mul(rest);
        FloatVector slope = x.mul(x).fma(broadcast(3 * CUBIC * SQRT_2_OVER_PI), broadcast(SQRT_2_OVER_PI));
        return dout.mul(x.add(x).mul(sigmoid).mul(rest).fma(slope, sigmoid));
    }

    /** {@code e^2u} with {@code u = sqrt(2/π) (x + 0.044715 x³)}. */
    private static FloatVector exponential(FloatVector x) {
        FloatVector doubled = x.mul(x).fma(broadcast(2 * CUBIC * SQRT_2_OVER_PI), broadcast(2 * SQRT_2_OVER_PI));
        return MathVector.exp(doubled.mul(x));
    }

    /** Beyond, the functions are 0 or x and their slopes 0 or 1 to the last bit; powers of x could overflow there. */
    private static FloatVector clamp(FloatVector x) {
        return MathVector.atMost(MathVector.atLeast(x, -FAR), FAR);
    }
}
