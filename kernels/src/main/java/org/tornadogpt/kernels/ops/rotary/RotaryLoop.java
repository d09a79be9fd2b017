package org.tornadogpt.kernels.ops.rotary;

import org.tornadogpt.kernels.kernel.Call;
import org.tornadogpt.kernels.kernel.DeviceTraits;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.memory.IntSlice;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.ops.attention.AttentionShape;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** One work-item for each pair of components: the reference. */
public final class RotaryLoop implements Rotary {
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
        return "one item per pair";
    }

    @Override
    public String description() {
        return "One work-item for each pair of components: the reference.";
    }

    @Override
    public int preference(DeviceTraits device) {
        return REFERENCE;
    }

    @Override
    public void rotate(
            KernelSink sink, int N, AttentionShape s, int direction, Slice qkv, Slice table, IntSlice positions) {
        sink.loop(Call.of(
                "kRotary",
                RotaryLoop::kRotary,
                sink.offsets(),
                table.array(),
                sink.slot(table),
                positions == null ? sink.offsets() : positions.array(),
                positions == null ? KernelSink.ABSENT : sink.slot(positions),
                qkv.array(),
                sink.slot(qkv),
                N,
                s.T(),
                Rotary.rotated(s),
                s.D(),
                s.packedWidth(),
                (float) direction));
    }

    /**
     * Rotates the pair (i, i + D/2) of the first {@code heads} heads of each row by its position's angle; overwrites
     * both.
     *
     * @param width of a row of x
     * @param direction the sine's sign
     */
    public static void kRotary(
            IntArray offsets,
            FloatArray table,
            int tableSlot,
            IntArray positions,
            int positionsSlot,
            FloatArray x,
            int xSlot,
            int N,
            int T,
            int heads,
            int D,
            int width,
            float direction) {
        for (@Parallel int n = 0; n < N; n++) {
            for (@Parallel int h = 0; h < heads; h++) {
                for (@Parallel int i = 0; i < D / 2; i++) {
                    int position = n % T;
                    if (positionsSlot >= 0) {
                        position = positions.get(offsets.get(positionsSlot) + n);
                    }
                    int angle = offsets.get(tableSlot) + position * D + i;
                    float cos = table.get(angle);
                    float sin = direction * table.get(angle + D / 2);
                    int at = offsets.get(xSlot) + n * width + h * D + i;
                    float a = x.get(at);
                    float b = x.get(at + D / 2);
                    x.set(at, a * cos - b * sin);
                    x.set(at + D / 2, b * cos + a * sin);
                }
            }
        }
    }
}
