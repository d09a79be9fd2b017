package org.tornadogpt.kernels.optimizer;

import org.tornadogpt.kernels.Call;
import org.tornadogpt.kernels.Launcher;
import org.tornadogpt.kernels.Slice;
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
    public void step(
            Launcher launcher,
            int size,
            int decayed,
            Slice parameters,
            Slice gradients,
            Slice m,
            Slice v,
            Slice hyper,
            Slice norm) {
        launcher.loop(Call.of(
                "kAdamW",
                AdamWLoop::kAdamW,
                launcher.offsets(),
                gradients.array(),
                launcher.slot(gradients),
                hyper.array(),
                launcher.slot(hyper),
                norm.array(),
                launcher.slot(norm),
                parameters.array(),
                launcher.slot(parameters),
                m.array(),
                launcher.slot(m),
                v.array(),
                launcher.slot(v),
                size,
                decayed));
    }

    /** One step; parameters and both moments are updated in place. */
    public static void kAdamW(
            IntArray offsets,
            FloatArray gradients,
            int gradientsSlot,
            FloatArray hyper,
            int hyperSlot,
            FloatArray norm,
            int normSlot,
            FloatArray parameters,
            int parametersSlot,
            FloatArray m,
            int mSlot,
            FloatArray v,
            int vSlot,
            int size,
            int decayed) {
        for (@Parallel int i = 0; i < size; i++) {
            int hyperAt = offsets.get(hyperSlot);
            float learningRate = hyper.get(hyperAt + LEARNING_RATE);
            float beta1 = hyper.get(hyperAt + BETA1);
            float beta2 = hyper.get(hyperAt + BETA2);
            float maxNorm = hyper.get(hyperAt + MAX_NORM);
            float clip = 1f;
            if (maxNorm > 0f) {
                float ratio = maxNorm / (norm.get(offsets.get(normSlot)) + 1e-6f);
                if (ratio < 1f) {
                    clip = ratio;
                }
            }
            float g = gradients.get(offsets.get(gradientsSlot) + i) * clip;
            float first = beta1 * m.get(offsets.get(mSlot) + i) + (1f - beta1) * g;
            float second = beta2 * v.get(offsets.get(vSlot) + i) + (1f - beta2) * g * g;
            m.set(offsets.get(mSlot) + i, first);
            v.set(offsets.get(vSlot) + i, second);
            float p = parameters.get(offsets.get(parametersSlot) + i);
            if (i < decayed) {
                p *= 1f - learningRate * hyper.get(hyperAt + WEIGHT_DECAY);
            }
            float denominator = TornadoMath.sqrt(second) / TornadoMath.sqrt(hyper.get(hyperAt + CORRECTION2))
                    + hyper.get(hyperAt + EPSILON);
            p -= learningRate / hyper.get(hyperAt + CORRECTION1) * first / denominator;
            parameters.set(offsets.get(parametersSlot) + i, p);
        }
    }
}
