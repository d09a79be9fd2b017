package org.tornadogpt.kernels.ops.loss;

import org.tornadogpt.kernels.kernel.Call;
import org.tornadogpt.kernels.kernel.DeviceTraits;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.WorkGroups;
import org.tornadogpt.kernels.kernel.group.RowGroups;
import org.tornadogpt.kernels.kernel.group.Sizes;
import org.tornadogpt.kernels.kernel.group.TableFloat;
import org.tornadogpt.kernels.memory.IntSlice;
import org.tornadogpt.kernels.memory.Slice;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * One work-group for each row. Loss and gradient come from one pass over the row for the greatest logit, one for the
 * sum of exponentials, and one that writes; where both lie in one array one kernel does it all, otherwise each has its
 * own.
 */
public final class CrossEntropyGroup implements CrossEntropy {
    private static final int LOSSES = 1;
    private static final int GRADIENT = 2;

    @Override
    public String name() {
        return "rows";
    }

    @Override
    public Style style() {
        return Style.GROUP;
    }

    @Override
    public String mechanism() {
        return "one work-group per row";
    }

    @Override
    public String description() {
        return "One pass for the greatest logit, one for the sum of exponentials, one that writes; one "
                + "kernel does all where loss and gradient lie in one array.";
    }

    @Override
    public int preference(DeviceTraits device) {
        return PREFERRED;
    }

    @Override
    public void forward(KernelSink sink, int N, int V, Slice losses, Slice logits, IntSlice targets) {
        launch(sink, N, V, 0f, losses, null, logits, targets);
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // one array or two
    public void forwardWithGradient(
            KernelSink sink, int N, int V, float scale, Slice losses, Slice dlogits, Slice logits, IntSlice targets) {
        if (losses.array() == dlogits.array()) {
            launch(sink, N, V, scale, losses, dlogits, logits, targets);
        } else {
            launch(sink, N, V, scale, losses, null, logits, targets);
            launch(sink, N, V, scale, null, dlogits, logits, targets);
        }
    }

    private static void launch(
            KernelSink sink, int N, int V, float scale, Slice losses, Slice dlogits, Slice logits, IntSlice targets) {
        Slice out = losses == null ? dlogits : losses;
        int items = sink.groupSize(RowGroups.itemsFor(V));
        int writes = (losses == null ? 0 : LOSSES) + (dlogits == null ? 0 : GRADIENT);
        int first = sink.slot(logits);
        sink.slot(targets);
        sink.slot(losses == null ? 0 : losses.offset());
        sink.slot(dlogits == null ? 0 : dlogits.offset());
        sink.slot(writes);
        TableFloat.slots(sink, scale);
        sink.group(
                Call.of(
                        "kCrossEntropyRows",
                        CrossEntropyGroup::kCrossEntropyRows,
                        new KernelContext(),
                        sink.offsets(),
                        first,
                        logits.array(),
                        targets.array(),
                        out.array(),
                        sink.constantOrSlot(writes),
                        sink.prefersSharedKernels() ? 0f : scale,
                        V,
                        items),
                WorkGroups.of(N, items));
    }

    /**
     * {@code losses = log(sum exp(logits - max)) + max - logits[target]} and {@code dlogits = (softmax(logits) -
     * onehot(target)) scale}, which may overwrite the logits; or one of them.
     *
     * @param first number of the logits' offset; those of targets, losses and dlogits follow, then what is written and
     *     the scale
     * @param constantWrites what is written: {@link #LOSSES}, {@link #GRADIENT} or their sum; 0 to read it and the
     *     scale
     * @param constantScale the scale unless it is read
     */
    public static void kCrossEntropyRows(
            KernelContext context,
            IntArray offsets,
            int first,
            FloatArray logits,
            IntArray targets,
            FloatArray out,
            int constantWrites,
            float constantScale,
            int V,
            int items) {
        float[] tile = context.allocateFloatLocalArray(RowGroups.ITEMS);
        int lid = context.localIdx;
        int n = context.groupIdx;
        int row = offsets.get(first) + n * V;
        int target = targets.get(offsets.get(first + 1) + n);
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
        int writes = Sizes.of(offsets, first + 4, constantWrites);
        if ((writes & LOSSES) > 0) {
            if (lid == 0) {
                out.set(offsets.get(first + 2) + n, TornadoMath.log(sum) + (max - targetLogit));
            }
        }
        if ((writes & GRADIENT) > 0) {
            int dRow = offsets.get(first + 3) + n * V;
            float scale = constantWrites > 0 ? constantScale : TableFloat.of(offsets, first + 5);
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
