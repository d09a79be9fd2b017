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
        float learningRate = hyper.get(hyperAt + LEARNING_RATE);
        float beta1 = hyper.get(hyperAt + BETA1);
        float beta2 = hyper.get(hyperAt + BETA2);
        float maxNorm = hyper.get(hyperAt + MAX_NORM);
        float clip = 1f;
        if (maxNorm > 0f) {
            float ratio = maxNorm / (norm.get(offsets.get(first + 2)) + 1e-6f);
            if (ratio < 1f) {
                clip = ratio;
            }
        }
        float g = gradients.get(offsets.get(first) + i) * clip;
        float firstMoment = beta1 * m.get(mAt) + (1f - beta1) * g;
        float secondMoment = beta2 * v.get(vAt) + (1f - beta2) * g * g;
        m.set(mAt, firstMoment);
        v.set(vAt, secondMoment);
        float p = parameters.get(parameterAt);
        if (i < decayed) {
            p *= 1f - learningRate * hyper.get(hyperAt + WEIGHT_DECAY);
        }
        float denominator = TornadoMath.sqrt(secondMoment) / TornadoMath.sqrt(hyper.get(hyperAt + CORRECTION2))
                + hyper.get(hyperAt + EPSILON);
        p -= learningRate / hyper.get(hyperAt + CORRECTION1) * firstMoment / denominator;
        parameters.set(parameterAt, p);
    }
}
