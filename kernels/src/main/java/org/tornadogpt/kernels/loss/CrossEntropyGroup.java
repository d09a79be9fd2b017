package org.tornadogpt.kernels.loss;

import org.tornadogpt.kernels.Call;
import org.tornadogpt.kernels.IntSlice;
import org.tornadogpt.kernels.Launcher;
import org.tornadogpt.kernels.Slice;
import org.tornadogpt.kernels.WorkGroups;
import org.tornadogpt.kernels.group.RowGroups;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * One work-group for each row. Loss and gradient come from one pass over the row for the greatest logit, one for the sum of
 * exponentials, and one that writes; where both lie in one array one kernel does it all, otherwise each has its own.
 */
public final class CrossEntropyGroup implements CrossEntropy {
    @Override
    public String name() {
        return "rows";
    }

    @Override
    public Style style() {
        return Style.GROUP;
    }

    @Override
    public void forward(Launcher launcher, int N, int V, Slice losses, Slice logits, IntSlice targets) {
        launch(launcher, N, V, 0f, losses, null, logits, targets);
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // one array or two
    public void forwardWithGradient(
            Launcher launcher, int N, int V, float scale, Slice losses, Slice dlogits, Slice logits, IntSlice targets) {
        if (losses.array() == dlogits.array()) {
            launch(launcher, N, V, scale, losses, dlogits, logits, targets);
        } else {
            launch(launcher, N, V, scale, losses, null, logits, targets);
            launch(launcher, N, V, scale, null, dlogits, logits, targets);
        }
    }

    private static void launch(
            Launcher launcher, int N, int V, float scale, Slice losses, Slice dlogits, Slice logits, IntSlice targets) {
        Slice out = losses == null ? dlogits : losses;
        int items = launcher.groupSize(RowGroups.itemsFor(V));
        launcher.group(
                Call.of(
                        "kCrossEntropyRows",
                        CrossEntropyGroup::kCrossEntropyRows,
                        new KernelContext(),
                        launcher.offsets(),
                        logits.array(),
                        launcher.slot(logits),
                        targets.array(),
                        launcher.slot(targets),
                        out.array(),
                        launcher.slot(losses),
                        launcher.slot(dlogits),
                        scale,
                        V,
                        items),
                WorkGroups.of(N, items));
    }

    /**
     * {@code losses = log(sum exp(logits - max)) + max - logits[target]} and {@code dlogits = (softmax(logits) - onehot(target))
     * scale}, which may overwrite the logits; either may be absent.
     */
    public static void kCrossEntropyRows(
            KernelContext context,
            IntArray offsets,
            FloatArray logits,
            int logitsSlot,
            IntArray targets,
            int targetsSlot,
            FloatArray out,
            int lossesSlot,
            int dlogitsSlot,
            float scale,
            int V,
            int items) {
        float[] tile = context.allocateFloatLocalArray(RowGroups.ITEMS);
        int lid = context.localIdx;
        int n = context.groupIdx;
        int row = offsets.get(logitsSlot) + n * V;
        int target = targets.get(offsets.get(targetsSlot) + n);
        float targetLogit = logits.get(row + target);
        float greatest = targetLogit;
        for (int v = lid; v < V; v += items) {
            float logit = logits.get(row + v);
            if (logit > greatest) {
                greatest = logit;
            }
        }
        tile[lid] = greatest;
        context.localBarrier();
        for (int half = items >> 1; half > 0; half >>= 1) {
            if (lid < half && tile[lid + half] > tile[lid]) {
                tile[lid] = tile[lid + half];
            }
            context.localBarrier();
        }
        float max = tile[0];
        context.localBarrier();
        float exponentials = 0f;
        for (int v = lid; v < V; v += items) {
            exponentials += TornadoMath.exp(logits.get(row + v) - max);
        }
        tile[lid] = exponentials;
        context.localBarrier();
        for (int half = items >> 1; half > 0; half >>= 1) {
            if (lid < half) {
                tile[lid] += tile[lid + half];
            }
            context.localBarrier();
        }
        float sum = tile[0];
        if (lossesSlot >= 0) {
            if (lid == 0) {
                out.set(offsets.get(lossesSlot) + n, TornadoMath.log(sum) + (max - targetLogit));
            }
        }
        if (dlogitsSlot >= 0) {
            int dRow = offsets.get(dlogitsSlot) + n * V;
            float inverse = 1f / sum;
            for (int v = lid; v < V; v += items) {
                float probability = TornadoMath.exp(logits.get(row + v) - max) * inverse;
                if (v == target) {
                    probability -= 1f;
                }
                out.set(dRow + v, probability * scale);
            }
        }
    }
}
