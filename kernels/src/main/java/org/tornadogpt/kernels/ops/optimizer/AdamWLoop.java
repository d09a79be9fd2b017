package org.tornadogpt.kernels.ops.optimizer;

import org.tornadogpt.kernels.kernel.Call;
import org.tornadogpt.kernels.kernel.DeviceTraits;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.memory.Slice;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** One work-item for each parameter: the reference. */
public final class AdamWLoop implements AdamW {
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
        return "one item per parameter";
    }

    @Override
    public String description() {
        return "One work-item for each parameter: the reference.";
    }

    @Override
    public int preference(DeviceTraits device) {
        return REFERENCE;
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
        sink.loop(Call.of(
                "kAdamW",
                AdamWLoop::kAdamW,
                sink.offsets(),
                slots(sink, gradients, hyper, norm, parameters, m, v),
                gradients.array(),
                hyper.array(),
                norm.array(),
                parameters.array(),
                m.array(),
                v.array(),
                size,
                decayed));
    }

    /** Puts offsets into the table; kernels are given the number of the first one. */
    static int slots(KernelSink sink, Slice first, Slice... others) {
        int slot = sink.slot(first);
        for (Slice other : others) {
            sink.slot(other);
        }
        return slot;
    }

    /**
     * One step; parameters and both moments are updated in place.
     *
     * @param first number of the gradients' offset; those of the other arrays follow in the arguments' order
     */
    public static void kAdamW(
            IntArray offsets,
            int first,
            FloatArray gradients,
            FloatArray hyper,
            FloatArray norm,
            FloatArray parameters,
            FloatArray m,
            FloatArray v,
            int size,
            int decayed) {
        for (@Parallel int i = 0; i < size; i++) {
            update(offsets, first, gradients, hyper, norm, parameters, m, v, decayed, i);
        }
    }

    /** The step of parameter {@code i}. */
    static void update(
            IntArray offsets,
            int first,
            FloatArray gradients,
            FloatArray hyper,
            FloatArray norm,
            FloatArray parameters,
            FloatArray m,
            FloatArray v,
            int decayed,
            int i) {
        int hyperAt = offsets.get(first + 1);
        int parameterAt = offsets.get(first + 3) + i;
        int mAt = offsets.get(first + 4) + i;
        int vAt = offsets.get(first + 5) + i;
        float clip = clip(hyper, hyperAt, norm, offsets.get(first + 2));
        float g = gradients.get(offsets.get(first) + i) * clip;
        float firstMoment = firstMoment(hyper, hyperAt, m.get(mAt), g);
        float secondMoment = secondMoment(hyper, hyperAt, v.get(vAt), g);
        m.set(mAt, firstMoment);
        v.set(vAt, secondMoment);
        float p = parameters.get(parameterAt);
        parameters.set(parameterAt, parameter(hyper, hyperAt, p, firstMoment, secondMoment, i < decayed));
    }

    /** What gradients are multiplied with so that their norm is at most the greatest allowed. */
    static float clip(FloatArray hyper, int hyperAt, FloatArray norm, int normAt) {
        float maxNorm = hyper.get(hyperAt + MAX_NORM);
        float clip = 1f;
        if (maxNorm > 0f) {
            float ratio = maxNorm / (norm.get(normAt) + 1e-6f);
            if (ratio < 1f) {
                clip = ratio;
            }
        }
        return clip;
    }

    static float firstMoment(FloatArray hyper, int hyperAt, float m, float g) {
        float beta1 = hyper.get(hyperAt + BETA1);
        return beta1 * m + (1f - beta1) * g;
    }

    static float secondMoment(FloatArray hyper, int hyperAt, float v, float g) {
        float beta2 = hyper.get(hyperAt + BETA2);
        return beta2 * v + (1f - beta2) * g * g;
    }

    /** Parameter p after the step, from its moments after the step. */
    static float parameter(
            FloatArray hyper, int hyperAt, float p, float firstMoment, float secondMoment, boolean decays) {
        float learningRate = hyper.get(hyperAt + LEARNING_RATE);
        float decayed = p;
        if (decays) {
            decayed *= 1f - learningRate * hyper.get(hyperAt + WEIGHT_DECAY);
        }
        float denominator = TornadoMath.sqrt(secondMoment) / TornadoMath.sqrt(hyper.get(hyperAt + CORRECTION2))
                + hyper.get(hyperAt + EPSILON);
        return decayed - learningRate / hyper.get(hyperAt + CORRECTION1) * firstMoment / denominator;
    }
}
