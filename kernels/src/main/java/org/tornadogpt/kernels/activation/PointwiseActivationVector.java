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
    private static final float FLAT = 20f;
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
            case GELU_TANH -> x.mul(tanhGate(x));
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
        FloatVector near = near(x);
        FloatVector gauss = MathVector.gauss(near);
        FloatVector density = gauss.mul(INVERSE_SQRT_2_PI);
        return dout.mul(near.fma(density, MathVector.normalCdf(near, gauss)));
    }

    private static FloatVector geluTanhGradient(FloatVector dout, FloatVector x) {
        FloatVector near = near(x);
        FloatVector gate = tanhGate(near);
        FloatVector slope = near.mul(near).fma(broadcast(3 * CUBIC * SQRT_2_OVER_PI), broadcast(SQRT_2_OVER_PI));
        FloatVector bend = gate.mul(broadcast(1f).sub(gate)).mul(near.add(near));
        return dout.mul(bend.fma(slope, gate));
    }

    /** x, or the nearest point at which both derivatives are 0 or 1 to the last bit; keeps powers of huge x finite. */
    private static FloatVector near(FloatVector x) {
        return x.max(-FLAT).min(FLAT);
    }

    /** {@code (1 + tanh u)/2 = 1/(1 + exp(-2u))} with {@code u = sqrt(2/π) (x + 0.044715 x³)}: no digits lost where x < 0. */
    private static FloatVector tanhGate(FloatVector x) {
        FloatVector u = x.mul(x)
                .fma(broadcast(CUBIC * SQRT_2_OVER_PI), broadcast(SQRT_2_OVER_PI))
                .mul(x);
        return broadcast(1f).div(MathVector.exp(u.mul(-2f)).add(1f));
    }
}
