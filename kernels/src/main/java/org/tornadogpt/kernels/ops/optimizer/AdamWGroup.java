package org.tornadogpt.kernels.ops.optimizer;

import org.tornadogpt.kernels.kernel.Call;
import org.tornadogpt.kernels.kernel.DeviceTraits;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.WorkGroups;
import org.tornadogpt.kernels.kernel.group.RowGroups;
import org.tornadogpt.kernels.memory.Slice;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The reference's items in groups of {@value RowGroups#ITEMS}. TornadoVM cuts a parallel loop into groups whose size
 * divides its length: of a prime number of parameters each would be a group of its own.
 */
public final class AdamWGroup implements AdamW {
    @Override
    public String name() {
        return "groups";
    }

    @Override
    public Style style() {
        return Style.GROUP;
    }

    @Override
    public String mechanism() {
        return "one item per parameter";
    }

    @Override
    public String description() {
        return "The reference's items in work-groups of fixed size, whatever the number of parameters.";
    }

    /** PoCL runs the loop up to three times as fast as groups. */
    @Override
    public int preference(DeviceTraits device) {
        return device.gpu() ? PREFERRED : ONLY_IF_NAMED;
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
        int items = sink.groupSize(RowGroups.ITEMS);
        sink.group(
                Call.of(
                        "kAdamWGroups",
                        AdamWGroup::kAdamWGroups,
                        new KernelContext(),
                        sink.offsets(),
                        AdamWLoop.slots(sink, gradients, hyper, norm, parameters, m, v),
                        gradients.array(),
                        hyper.array(),
                        norm.array(),
                        parameters.array(),
                        m.array(),
                        v.array(),
                        size,
                        decayed),
                WorkGroups.of((size - 1) / items + 1, items));
    }

    /** One step; parameters and both moments are updated in place. Arguments as {@link AdamWLoop#kAdamW}. */
    public static void kAdamWGroups(
            KernelContext context,
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
        int i = context.globalIdx;
        if (i < size) {
            AdamWLoop.update(offsets, first, gradients, hyper, norm, parameters, m, v, decayed, i);
        }
    }
}
