package org.tornadogpt.kernels.ops.loss;

import org.tornadogpt.kernels.kernel.Call;
import org.tornadogpt.kernels.kernel.DeviceTraits;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.memory.IntSlice;
import org.tornadogpt.kernels.memory.Slice;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** One work-item for each row: the greatest logit, the sum of exponentials, the results: the reference. */
public final class CrossEntropyLoop implements CrossEntropy {
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
        return "one item per row";
    }

    @Override
    public String description() {
        return "One work-item for each row: the greatest logit, the sum of exponentials, the results: "
                + "the reference.";
    }

    @Override
    public int preference(DeviceTraits device) {
        return REFERENCE;
    }

    @Override
    public void forward(KernelSink sink, int N, int V, Slice losses, Slice logits, IntSlice targets) {
        sink.loop(Call.of(
                "kCrossEntropyForward",
                CrossEntropyLoop::kCrossEntropyForward,
                sink.offsets(),
                logits.array(),
                sink.slot(logits),
                targets.array(),
                sink.slot(targets),
                losses.array(),
                sink.slot(losses),
                N,
                V));
    }

    @Override
    public void forwardWithGradient(
            KernelSink sink, int N, int V, float scale, Slice losses, Slice dlogits, Slice logits, IntSlice targets) {
        forward(sink, N, V, losses, logits, targets);
        sink.loop(Call.of(
                "kCrossEntropyGradient",
                CrossEntropyLoop::kCrossEntropyGradient,
                sink.offsets(),
                logits.array(),
                sink.slot(logits),
                targets.array(),
                sink.slot(targets),
                dlogits.array(),
                sink.slot(dlogits),
                scale,
                N,
                V));
    }

    /** {@code losses[n] = log(sum exp(logits[n] - max)) + max - logits[n,target]}; overwrites. */
    public static void kCrossEntropyForward(
            IntArray offsets,
            FloatArray logits,
            int logitsSlot,
            IntArray targets,
            int targetsSlot,
            FloatArray losses,
            int lossesSlot,
            int N,
            int V) {
        for (@Parallel int n = 0; n < N; n++) {
            int row = offsets.get(logitsSlot) + n * V;
            float max = greatest(logits, row, V);
            float sum = 0f;
            for (int v = 0; v < V; v++) {
                sum += TornadoMath.exp(logits.get(row + v) - max);
            }
            int target = targets.get(offsets.get(targetsSlot) + n);
            losses.set(offsets.get(lossesSlot) + n, TornadoMath.log(sum) + (max - logits.get(row + target)));
        }
    }

    /** {@code dlogits = (softmax(logits) - onehot(target)) scale}, which may overwrite the logits. */
    public static void kCrossEntropyGradient(
            IntArray offsets,
            FloatArray logits,
            int logitsSlot,
            IntArray targets,
            int targetsSlot,
            FloatArray dlogits,
            int dlogitsSlot,
            float scale,
            int N,
            int V) {
        for (@Parallel int n = 0; n < N; n++) {
            int row = offsets.get(logitsSlot) + n * V;
            int dRow = offsets.get(dlogitsSlot) + n * V;
            float max = greatest(logits, row, V);
            float sum = 0f;
            for (int v = 0; v < V; v++) {
                sum += TornadoMath.exp(logits.get(row + v) - max);
            }
            float inverse = 1f / sum;
            int target = targets.get(offsets.get(targetsSlot) + n);
            for (int v = 0; v < V; v++) {
                float probability = TornadoMath.exp(logits.get(row + v) - max) * inverse;
                if (v == target) {
                    probability -= 1f;
                }
                dlogits.set(dRow + v, probability * scale);
            }
        }
    }

    private static float greatest(FloatArray logits, int row, int V) {
        float max = logits.get(row);
        for (int v = 1; v < V; v++) {
            float logit = logits.get(row + v);
            if (logit > max) {
                max = logit;
            }
        }
        return max;
    }
}
