package org.tornadogpt.kernels.ops.rotary;

import static org.tornadogpt.kernels.kernel.vector.LanesVector.LANES;
import static org.tornadogpt.kernels.kernel.vector.LanesVector.first;
import static org.tornadogpt.kernels.kernel.vector.LanesVector.wholeVectors;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.tornadogpt.kernels.kernel.DeviceTraits;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.vector.VectorSlice;
import org.tornadogpt.kernels.memory.IntSlice;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.ops.attention.AttentionShape;

/** Blocks of rows on all threads; a row's cosines and sines are loaded once for all heads. */
public final class RotaryVector implements Rotary {
    private static final int ROWS = 32;

    @Override
    public String name() {
        return "vector";
    }

    @Override
    public Style style() {
        return Style.VECTOR;
    }

    @Override
    public String mechanism() {
        return "SIMD by blocks of rows";
    }

    @Override
    public String description() {
        return "Blocks of rows on all threads; a row's cosines and sines are loaded once for all heads.";
    }

    @Override
    public int preference(DeviceTraits device) {
        return PREFERRED;
    }

    @Override
    public void rotate(
            KernelSink sink, int N, AttentionShape s, int direction, Slice qkv, Slice table, IntSlice positions) {
        Rows rows = new Rows(
                Rotary.rotated(s),
                s.D(),
                s.packedWidth(),
                direction,
                VectorSlice.of(qkv),
                VectorSlice.of(table),
                table.length() / s.D());
        sink.blocks("rotary", Math.ceilDiv(N, ROWS), (block, worker) -> {
            int end = Math.min(N, (block + 1) * ROWS);
            for (int n = block * ROWS; n < end; n++) {
                rows.rotate(n, positions == null ? n % s.T() : positions.get(n));
            }
        });
    }

    /** @param positions how many positions the table has */
    private record Rows(int heads, int D, int width, float direction, VectorSlice x, VectorSlice table, int positions) {
        /** The first {@code heads} heads of row {@code n}. */
        void rotate(int n, int position) {
            if (position < 0 || position >= positions) {
                throw new IllegalArgumentException("rotary: row " + n + " has position " + position
                        + ", but the table ends at " + (positions - 1) + ": raise maxPositions");
            }
            long row = (long) n * width;
            long angles = (long) position * D;
            int whole = wholeVectors(D / 2);
            for (int i = 0; i < whole; i += LANES) {
                rotateWhole(row + i, angles + i);
            }
            if (whole < D / 2) {
                rotateLast(row + whole, angles + whole, D / 2 - whole);
            }
        }

        private void rotateWhole(long from, long angle) {
            FloatVector cos = table.load(angle);
            FloatVector sin = table.load(angle + D / 2).mul(direction);
            for (int h = 0; h < heads; h++) {
                long at = from + (long) h * D;
                FloatVector a = x.load(at);
                FloatVector b = x.load(at + D / 2);
                x.store(at, a.mul(cos).sub(b.mul(sin)));
                x.store(at + D / 2, b.mul(cos).add(a.mul(sin)));
            }
        }

        private void rotateLast(long from, long angle, int count) {
            VectorMask<Float> mask = first(count);
            FloatVector cos = table.load(angle, mask);
            FloatVector sin = table.load(angle + D / 2, mask).mul(direction);
            for (int h = 0; h < heads; h++) {
                long at = from + (long) h * D;
                FloatVector a = x.load(at, mask);
                FloatVector b = x.load(at + D / 2, mask);
                x.store(at, a.mul(cos).sub(b.mul(sin)), mask);
                x.store(at + D / 2, b.mul(cos).add(a.mul(sin)), mask);
            }
        }
    }
}
