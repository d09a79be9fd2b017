package org.tornadogpt.kernels.ops.rotary;

import org.tornadogpt.kernels.kernel.Call;
import org.tornadogpt.kernels.kernel.DeviceTraits;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.WorkGroups;
import org.tornadogpt.kernels.kernel.group.RowGroups;
import org.tornadogpt.kernels.memory.IntSlice;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.ops.attention.AttentionShape;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** One work-group for each row, its items side by side along a head's pairs and, below each other, along heads. */
public final class RotaryGroup implements Rotary {
    /** Most items along a head's pairs. */
    private static final int MOST_WIDE = 64;

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
        return "Items lie side by side along a head's pairs and below each other along heads.";
    }

    @Override
    public int preference(DeviceTraits device) {
        return PREFERRED;
    }

    @Override
    public void rotate(
            KernelSink sink, int N, AttentionShape s, int direction, Slice qkv, Slice table, IntSlice positions) {
        int most = sink.groupSize(RowGroups.ITEMS);
        int wide = Math.min(Math.min(most, MOST_WIDE), powerOfTwoFrom(s.D() / 2));
        int deep = Math.min(most / wide, powerOfTwoFrom(Rotary.rotated(s)));
        sink.group(
                Call.of(
                        "kRotaryRows",
                        RotaryGroup::kRotaryRows,
                        new KernelContext(),
                        sink.offsets(),
                        table.array(),
                        sink.slot(table),
                        positions == null ? sink.offsets() : positions.array(),
                        positions == null ? KernelSink.ABSENT : sink.slot(positions),
                        qkv.array(),
                        sink.slot(qkv),
                        s.T(),
                        Rotary.rotated(s),
                        s.D(),
                        s.packedWidth(),
                        (float) direction,
                        wide,
                        deep),
                WorkGroups.of(N, 1, wide, deep));
    }

    /** The least power of two that is at least {@code n}. */
    private static int powerOfTwoFrom(int n) {
        return n == 1 ? 1 : 2 * Integer.highestOneBit(n - 1);
    }

    /**
     * Rotates the pair (i, i + D/2) of the first {@code heads} heads of a row by its position's angle; overwrites both.
     *
     * @param width of a row of x
     * @param direction the sine's sign
     */
    public static void kRotaryRows(
            KernelContext context,
            IntArray offsets,
            FloatArray table,
            int tableSlot,
            IntArray positions,
            int positionsSlot,
            FloatArray x,
            int xSlot,
            int T,
            int heads,
            int D,
            int width,
            float direction,
            int wide,
            int deep) {
        int n = context.groupIdx;
        int position = n % T;
        if (positionsSlot >= 0) {
            position = positions.get(offsets.get(positionsSlot) + n);
        }
        int angles = offsets.get(tableSlot) + position * D;
        int row = offsets.get(xSlot) + n * width;
        for (int i = context.localIdx; i < D / 2; i += wide) {
            float cos = table.get(angles + i);
            float sin = direction * table.get(angles + D / 2 + i);
            for (int h = context.localIdy; h < heads; h += deep) {
                int at = row + h * D + i;
                float a = x.get(at);
                float b = x.get(at + D / 2);
                x.set(at, a * cos - b * sin);
                x.set(at + D / 2, b * cos + a * sin);
            }
        }
    }
}
