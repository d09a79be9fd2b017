package org.tornadogpt.kernels.ops.residual;

import org.tornadogpt.kernels.kernel.Call;
import org.tornadogpt.kernels.kernel.DeviceTraits;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.kernel.random.Philox;
import org.tornadogpt.kernels.memory.Slice;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** One work-item for each element, each computing its own part of the mask: the reference. */
public final class ResidualLoop implements Residual {
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
        return "one item per element";
    }

    @Override
    public String description() {
        return "One work-item for each element, each computing its own part of the dropout mask: the " + "reference.";
    }

    @Override
    public int preference(DeviceTraits device) {
        return REFERENCE;
    }

    @Override
    public void forward(KernelSink sink, int N, int C, Dropout dropout, Slice out, Slice residual, Slice branch) {
        sink.loop(Call.of(
                "kResidualForward",
                ResidualLoop::kResidualForward,
                sink.offsets(),
                residual.array(),
                sink.slot(residual),
                branch.array(),
                sink.slot(branch),
                dropout.counters(sink.offsets()),
                sink.slot(dropout.site()),
                out.array(),
                sink.slot(out),
                dropout.threshold(),
                dropout.scale(),
                N,
                C));
    }

    @Override
    public void backward(KernelSink sink, int N, int C, Dropout dropout, Slice dbranch, Slice dout) {
        sink.loop(Call.of(
                "kResidualBackward",
                ResidualLoop::kResidualBackward,
                sink.offsets(),
                dout.array(),
                sink.slot(dout),
                dropout.counters(sink.offsets()),
                sink.slot(dropout.site()),
                dbranch.array(),
                sink.slot(dbranch),
                dropout.threshold(),
                dropout.scale(),
                N,
                C));
    }

    /** {@code out = residual + m branch}; overwrites. */
    public static void kResidualForward(
            IntArray offsets,
            FloatArray residual,
            int residualSlot,
            FloatArray branch,
            int branchSlot,
            IntArray counters,
            int siteSlot,
            FloatArray out,
            int outSlot,
            int threshold,
            float scale,
            int N,
            int C) {
        for (@Parallel int n = 0; n < N; n++) {
            for (@Parallel int c = 0; c < C; c++) {
                float mask = Philox.mask(counters, offsets.get(siteSlot), n, c, threshold, scale);
                float stream = residual.get(offsets.get(residualSlot) + n * C + c);
                float added = mask * branch.get(offsets.get(branchSlot) + n * C + c);
                out.set(offsets.get(outSlot) + n * C + c, stream + added);
            }
        }
    }

    /** {@code dbranch = m dout}; overwrites. */
    public static void kResidualBackward(
            IntArray offsets,
            FloatArray dout,
            int doutSlot,
            IntArray counters,
            int siteSlot,
            FloatArray dbranch,
            int dbranchSlot,
            int threshold,
            float scale,
            int N,
            int C) {
        for (@Parallel int n = 0; n < N; n++) {
            for (@Parallel int c = 0; c < C; c++) {
                float mask = Philox.mask(counters, offsets.get(siteSlot), n, c, threshold, scale);
                dbranch.set(offsets.get(dbranchSlot) + n * C + c, mask * dout.get(offsets.get(doutSlot) + n * C + c));
            }
        }
    }
}
