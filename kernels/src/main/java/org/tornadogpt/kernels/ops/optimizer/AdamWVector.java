package org.tornadogpt.kernels.ops.optimizer;

import static org.tornadogpt.kernels.kernel.vector.LanesVector.LANES;
import static org.tornadogpt.kernels.kernel.vector.LanesVector.broadcast;

import jdk.incubator.vector.FloatVector;
import org.tornadogpt.kernels.kernel.DeviceTraits;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.vector.VectorSlice;
import org.tornadogpt.kernels.memory.Slice;

/** One pass over blocks of parameters on all threads. */
public final class AdamWVector implements AdamW {
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
        return "SIMD over blocks of parameters";
    }

    @Override
    public String description() {
        return "One pass over blocks of parameters on all threads.";
    }

    @Override
    public int preference(DeviceTraits device) {
        return PREFERRED;
    }

    @Override
    public void step(
            KernelSink sink,
            int size,
            int decayed,
            Slice parameters,
            Slice gradients,
            Slice m,
            Slice v,
            Slice hyper,
            Slice norm) {
        VectorSlice p = VectorSlice.of(parameters);
        VectorSlice g = VectorSlice.of(gradients);
        VectorSlice first = VectorSlice.of(m);
        VectorSlice second = VectorSlice.of(v);
        Step[] current = new Step[1];
        sink.blocks("adamw.numbers", 1, (block, worker) -> current[0] = Step.of(hyper, norm));
        sink.blocks("adamw.step", Math.ceilDiv(size, BLOCK), (block, worker) -> {
            Step step = current[0];
            int from = block * BLOCK;
            int end = Math.min(size, from + BLOCK);
            int boundary = Math.clamp(decayed, from, end);
            update(step, step.decay, p, g, first, second, from, boundary);
            update(step, 1f, p, g, first, second, boundary, end);
        });
    }

    /** A step's numbers. */
    private record Step(
            float clip,
            float decay,
            float beta1,
            float beta2,
            float rate,
            float inverseRootCorrection2,
            float epsilon) {
        static Step of(Slice hyper, Slice norm) {
            float learningRate = hyper.get(LEARNING_RATE);
            float maxNorm = hyper.get(MAX_NORM);
            float clip = maxNorm > 0 ? Math.min(1f, maxNorm / (norm.get(0) + 1e-6f)) : 1f;
            return new Step(
                    clip,
                    1f - learningRate * hyper.get(WEIGHT_DECAY),
                    hyper.get(BETA1),
                    hyper.get(BETA2),
                    learningRate / hyper.get(CORRECTION1),
                    (float) (1.0 / Math.sqrt(hyper.get(CORRECTION2))),
                    hyper.get(AdamW.EPSILON));
        }
    }

    private static void update(
            Step s, float decay, VectorSlice p, VectorSlice g, VectorSlice m, VectorSlice v, int from, int end) {
        int i = from;
        for (; i <= end - LANES; i += LANES) {
            FloatVector gradient = g.load(i).mul(s.clip);
            FloatVector first = firstMoment(s, m.load(i), gradient);
            FloatVector second = secondMoment(s, v.load(i), gradient);
            m.store(i, first);
            v.store(i, second);
            p.store(i, moved(s, decay, p.load(i), first, second));
        }
        for (; i < end; i++) {
            float gradient = g.get(i) * s.clip;
            float first = Math.fma(m.get(i), s.beta1, gradient * (1f - s.beta1));
            float second = Math.fma(v.get(i), s.beta2, gradient * gradient * (1f - s.beta2));
            float denominator = Math.fma((float) Math.sqrt(second), s.inverseRootCorrection2, s.epsilon);
            m.set(i, first);
            v.set(i, second);
            p.set(i, p.get(i) * decay - first * s.rate / denominator);
        }
    }

    private static FloatVector firstMoment(Step s, FloatVector m, FloatVector gradient) {
        return m.fma(broadcast(s.beta1), gradient.mul(1f - s.beta1));
    }

    private static FloatVector secondMoment(Step s, FloatVector v, FloatVector gradient) {
        return v.fma(broadcast(s.beta2), gradient.mul(gradient).mul(1f - s.beta2));
    }

    private static FloatVector moved(Step s, float decay, FloatVector p, FloatVector m, FloatVector v) {
        FloatVector denominator = v.sqrt().fma(broadcast(s.inverseRootCorrection2), broadcast(s.epsilon));
        return p.mul(decay).sub(m.mul(s.rate).div(denominator));
    }
}
