package org.tornadogpt.kernels.activation;

import static org.tornadogpt.kernels.vector.LanesVector.LANES;
import static org.tornadogpt.kernels.vector.LanesVector.broadcast;
import static org.tornadogpt.kernels.vector.LanesVector.first;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
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
    private static final float INVERSE_SQRT_2_PI = 0.3989422804f;

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
            case RELU -> x.max(0f);
            case GELU -> x.mul(MathVector.normalCdf(x, MathVector.gauss(x)));
            case GELU_TANH -> x.mul(0.5f).mul(MathVector.tanh(inner(x)).add(1f));
        };
    }

    /** {@code dout * kind'(saved)}. */
    public static FloatVector gradient(Activation kind, FloatVector dout, FloatVector saved) {
        return switch (kind) {
            case RELU -> dout.blend(0f, saved.compare(jdk.incubator.vector.VectorOperators.LE, 0f));
            case GELU -> geluGradient(dout, saved);
            case GELU_TANH -> geluTanhGradient(dout, saved);
        };
    }

    private static FloatVector geluGradient(FloatVector dout, FloatVector x) {
        FloatVector gauss = MathVector.gauss(x);
        FloatVector density = gauss.mul(INVERSE_SQRT_2_PI);
        return dout.mul(x.fma(density, MathVector.normalCdf(x, gauss)));
    }

    private static FloatVector geluTanhGradient(FloatVector dout, FloatVector x) {
        FloatVector tanh = MathVector.tanh(inner(x));
        FloatVector slope = x.mul(x).fma(broadcast(3 * CUBIC * SQRT_2_OVER_PI), broadcast(SQRT_2_OVER_PI));
        FloatVector sech2 = broadcast(1f).sub(tanh.mul(tanh));
        FloatVector derivative =
                x.mul(0.5f).mul(sech2).mul(slope).add(tanh.add(1f).mul(0.5f));
        return dout.mul(derivative);
    }

    /** {@code sqrt(2/π) (x + 0.044715 x³)}. */
    private static FloatVector inner(FloatVector x) {
        return x.mul(x)
                .fma(broadcast(CUBIC * SQRT_2_OVER_PI), broadcast(SQRT_2_OVER_PI))
                .mul(x);
    }
}
