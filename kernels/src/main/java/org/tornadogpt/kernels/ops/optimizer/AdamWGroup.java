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
 * A work-item takes four parameters, a group's width apart, and reads all that it needs of them before it writes any:
 * compilers must not move a read across a write that might be to the same place, so one parameter after another would
 * wait for memory four times. Groups are of {@value RowGroups#ITEMS} items. TornadoVM cuts a parallel loop into groups
 * whose size divides its length: of a prime number of parameters each would be a group of its own.
 */
public final class AdamWGroup implements AdamW {
    private static final int PARAMETERS = 4;

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
        return "four parameters an item";
    }

    @Override
    public String description() {
        return "An item takes four parameters a group's width apart and reads all of them before it writes any; groups "
                + "have a fixed size, whatever the number of parameters.";
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
                        decayed,
                        items),
                WorkGroups.of((size - 1) / (PARAMETERS * items) + 1, items));
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
            int decayed,
            int items) {
        int gradientAt = offsets.get(first);
        int hyperAt = offsets.get(first + 1);
        int parameterAt = offsets.get(first + 3);
        int mAt = offsets.get(first + 4);
        int vAt = offsets.get(first + 5);
        int last = size - 1;
        int i0 = context.groupIdx * items * PARAMETERS + context.localIdx;
        int i1 = i0 + items;
        int i2 = i1 + items;
        int i3 = i2 + items;
        int in0 = Math.min(i0, last);
        int in1 = Math.min(i1, last);
        int in2 = Math.min(i2, last);
        int in3 = Math.min(i3, last);
        float g0 = gradients.get(gradientAt + in0);
        float g1 = gradients.get(gradientAt + in1);
        float g2 = gradients.get(gradientAt + in2);
        float g3 = gradients.get(gradientAt + in3);
        float m0 = m.get(mAt + in0);
        float m1 = m.get(mAt + in1);
        float m2 = m.get(mAt + in2);
        float m3 = m.get(mAt + in3);
        float v0 = v.get(vAt + in0);
        float v1 = v.get(vAt + in1);
        float v2 = v.get(vAt + in2);
        float v3 = v.get(vAt + in3);
        float p0 = parameters.get(parameterAt + in0);
        float p1 = parameters.get(parameterAt + in1);
        float p2 = parameters.get(parameterAt + in2);
        float p3 = parameters.get(parameterAt + in3);
        float clip = AdamWLoop.clip(hyper, hyperAt, norm, offsets.get(first + 2));
        m0 = AdamWLoop.firstMoment(hyper, hyperAt, m0, g0 * clip);
        v0 = AdamWLoop.secondMoment(hyper, hyperAt, v0, g0 * clip);
        p0 = AdamWLoop.parameter(hyper, hyperAt, p0, m0, v0, i0 < decayed);
        m1 = AdamWLoop.firstMoment(hyper, hyperAt, m1, g1 * clip);
        v1 = AdamWLoop.secondMoment(hyper, hyperAt, v1, g1 * clip);
        p1 = AdamWLoop.parameter(hyper, hyperAt, p1, m1, v1, i1 < decayed);
        m2 = AdamWLoop.firstMoment(hyper, hyperAt, m2, g2 * clip);
        v2 = AdamWLoop.secondMoment(hyper, hyperAt, v2, g2 * clip);
        p2 = AdamWLoop.parameter(hyper, hyperAt, p2, m2, v2, i2 < decayed);
        m3 = AdamWLoop.firstMoment(hyper, hyperAt, m3, g3 * clip);
        v3 = AdamWLoop.secondMoment(hyper, hyperAt, v3, g3 * clip);
        p3 = AdamWLoop.parameter(hyper, hyperAt, p3, m3, v3, i3 < decayed);
        if (i0 < size) {
            m.set(mAt + i0, m0);
            v.set(vAt + i0, v0);
            parameters.set(parameterAt + i0, p0);
        }
        if (i1 < size) {
            m.set(mAt + i1, m1);
            v.set(vAt + i1, v1);
            parameters.set(parameterAt + i1, p1);
        }
        if (i2 < size) {
            m.set(mAt + i2, m2);
            v.set(vAt + i2, v2);
            parameters.set(parameterAt + i2, p2);
        }
        if (i3 < size) {
            m.set(mAt + i3, m3);
            v.set(vAt + i3, v3);
            parameters.set(parameterAt + i3, p3);
        }
    }
}
