package org.tornadogpt.kernels.ops.activation;

import static org.tornadogpt.kernels.kernel.vector.LanesVector.LANES;
import static org.tornadogpt.kernels.kernel.vector.LanesVector.first;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import org.tornadogpt.kernels.kernel.DeviceTraits;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.vector.MathVector;
import org.tornadogpt.kernels.kernel.vector.VectorSlice;
import org.tornadogpt.kernels.memory.Slice;

/** A pass over blocks of elements on all threads. Errors of GELU and its derivative: see {@link MathVector}. */
public final class PointwiseActivationVector implements PointwiseActivation {
    private static final int BLOCK = 16 * 1024;

    @Override
    public String name() {
        return "vector";
    }

    @Override
    public Style style() {
        return Style.VECTOR;
    }

    @Override
    public String mechanism() {
        return "SIMD over blocks of elements";
    }

    @Override
    public String description() {
        return "A pass of vectors over blocks of elements on all threads; exponentials and error "
                + "functions are polynomials and rational functions in vectors.";
    }

    @Override
    public String errorBound() {
        return "values and slopes to about 1e-6 relative; NaN stays NaN";
    }

    @Override
    public int preference(DeviceTraits device) {
        return PREFERRED;
    }

    @Override
    public void forward(KernelSink sink, int size, Activation kind, Slice out, Slice x) {
        VectorSlice y = VectorSlice.of(out);
        VectorSlice in = VectorSlice.of(x);
        sink.blocks("activation.forward", blocks(size), (block, worker) -> {
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
    public void backward(KernelSink sink, int size, Activation kind, Slice dx, Slice dout, Slice saved) {
        VectorSlice d = VectorSlice.of(dx);
        VectorSlice dy = VectorSlice.of(dout);
        VectorSlice in = VectorSlice.of(saved);
        sink.blocks("activation.backward", blocks(size), (block, worker) -> {
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
            case GELU_TANH -> MathVector.geluTanh(x);
        };
    }

    /** {@code dout * kind'(saved)}. */
    public static FloatVector gradient(Activation kind, FloatVector dout, FloatVector saved) {
        return switch (kind) {
            case RELU -> dout.blend(0f, saved.compare(VectorOperators.LE, 0f));
            case GELU -> dout.mul(MathVector.geluDerivative(saved));
            case GELU_TANH -> dout.mul(MathVector.geluTanhDerivative(saved));
        };
    }
}
