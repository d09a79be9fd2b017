package org.tornadogpt.kernels.ops.residual;

import static org.tornadogpt.kernels.kernel.vector.LanesVector.LANES;
import static org.tornadogpt.kernels.kernel.vector.LanesVector.first;

import jdk.incubator.vector.VectorMask;
import org.tornadogpt.kernels.kernel.DeviceTraits;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.kernel.vector.DropoutVector;
import org.tornadogpt.kernels.kernel.vector.VectorSlice;
import org.tornadogpt.kernels.memory.Slice;

/** A pass over blocks of rows on all threads, 64 columns' masks at a time. */
public final class ResidualVector implements Residual {
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
        return "A pass over blocks of rows on all threads, 64 columns' masks at a time.";
    }

    @Override
    public int preference(DeviceTraits device) {
        return PREFERRED;
    }

    @Override
    public void forward(KernelSink sink, int N, int C, Dropout dropout, Slice out, Slice residual, Slice branch) {
        VectorSlice y = VectorSlice.of(out);
        VectorSlice r = VectorSlice.of(residual);
        VectorSlice b = VectorSlice.of(branch);
        DropoutVector mask = DropoutVector.of(dropout);
        rows(sink, "residual.forward", N, n -> {
            for (int group = 0; group * DropoutVector.COLUMNS < C; group++) {
                long bits = mask.keepColumns(n, group);
                int end = Math.min(C, (group + 1) * DropoutVector.COLUMNS);
                for (int c = group * DropoutVector.COLUMNS; c < end; c += LANES, bits >>>= LANES) {
                    VectorMask<Float> inside = first(end - c);
                    long i = (long) n * C + c;
                    y.store(i, r.load(i, inside).add(mask.apply(b.load(i, inside), bits)), inside);
                }
            }
        });
    }

    @Override
    public void backward(KernelSink sink, int N, int C, Dropout dropout, Slice dbranch, Slice dout) {
        VectorSlice d = VectorSlice.of(dbranch);
        VectorSlice dy = VectorSlice.of(dout);
        DropoutVector mask = DropoutVector.of(dropout);
        rows(sink, "residual.backward", N, n -> {
            for (int group = 0; group * DropoutVector.COLUMNS < C; group++) {
                long bits = mask.keepColumns(n, group);
                int end = Math.min(C, (group + 1) * DropoutVector.COLUMNS);
                for (int c = group * DropoutVector.COLUMNS; c < end; c += LANES, bits >>>= LANES) {
                    VectorMask<Float> inside = first(end - c);
                    long i = (long) n * C + c;
                    d.store(i, mask.apply(dy.load(i, inside), bits), inside);
                }
            }
        });
    }

    /** What is done to one row. */
    private interface Row {
        void apply(int n);
    }

    private static void rows(KernelSink sink, String kernel, int N, Row row) {
        sink.blocks(kernel, Math.ceilDiv(N, ROWS), (block, worker) -> {
            int end = Math.min(N, (block + 1) * ROWS);
            for (int n = block * ROWS; n < end; n++) {
                row.apply(n);
            }
        });
    }
}
