package org.tornadogpt.kernels.ops.matmul;

import static org.tornadogpt.kernels.kernel.vector.LanesVector.F;
import static org.tornadogpt.kernels.kernel.vector.LanesVector.LANES;
import static org.tornadogpt.kernels.kernel.vector.LanesVector.first;
import static org.tornadogpt.kernels.kernel.vector.LanesVector.wholeVectors;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.tornadogpt.kernels.kernel.vector.DropoutVector;
import org.tornadogpt.kernels.kernel.vector.VectorSlice;
import org.tornadogpt.kernels.ops.activation.Activation;
import org.tornadogpt.kernels.ops.activation.PointwiseActivationVector;

/**
 * What happens to finished rows of a product on their way from a heap array to memory, in one pass over each row.
 */
interface EpilogueVector {
    /**
     * A worker's room for rows of the result.
     *
     * @param s the array
     * @param at first row; row r begins at {@code at + r*stride}
     * @param besideAt {@code stride} floats beside them, free to use: the bias, or a row that is read
     * @param width columns; {@code stride} is this rounded up to whole tiles
     */
    record Rows(float[] s, int at, int besideAt, int stride, int width) {
        /** Copies the bias beside the rows, zeros for null. */
        void loadBias(VectorSlice bias) {
            if (bias == null) {
                Arrays.fill(s, besideAt, besideAt + width, 0f);
            } else {
                bias.copyTo(0, s, besideAt, width);
            }
        }

        /** Where row {@code r} begins. */
        int row(int r) {
            return at + r * stride;
        }

        /** Stores {@code count} rows as they are, from row {@code n} on. */
        void store(VectorSlice to, int n, int count) {
            if (stride == width) {
                to.copyFrom((long) n * width, s, at, count * width);
                return;
            }
            for (int r = 0; r < count; r++) {
                to.copyFrom((long) (n + r) * width, s, row(r), width);
            }
        }
    }

    /** Finishes {@code count} rows, of which the first is row {@code n} of the result, and stores them. */
    void finish(Rows rows, int n, int count);

    /** {@code out = product + bias}. */
    record Plain(VectorSlice out, VectorSlice bias) implements EpilogueVector {
        @Override
        public void finish(Rows rows, int n, int count) {
            if (bias == null) {
                rows.store(out, n, count);
                return;
            }
            rows.loadBias(bias);
            for (int r = 0; r < count; r++) {
                row(rows.s, rows.row(r), rows.besideAt, rows.width, (long) (n + r) * rows.width);
            }
        }

        private void row(float[] s, int row, int bias, int width, long to) {
            int whole = wholeVectors(width);
            for (int c = 0; c < whole; c += LANES) {
                out.store(to + c, sum(s, row + c, bias + c));
            }
            if (whole < width) {
                out.store(to + whole, sum(s, row + whole, bias + whole), first(width - whole));
            }
        }
    }

    /** {@code pre = product + bias} unless null, {@code out = kind(product + bias)}. */
    record Activated(VectorSlice out, VectorSlice pre, VectorSlice bias, Activation kind) implements EpilogueVector {
        @Override
        public void finish(Rows rows, int n, int count) {
            rows.loadBias(bias);
            for (int r = 0; r < count; r++) {
                activate(rows.s, rows.row(r), rows.besideAt, rows.width, (long) (n + r) * rows.width);
            }
        }

        private void activate(float[] s, int row, int bias, int width, long to) {
            int whole = wholeVectors(width);
            for (int c = 0; c < whole; c += LANES) {
                FloatVector x = sum(s, row + c, bias + c);
                if (pre != null) {
                    pre.store(to + c, x);
                }
                out.store(to + c, PointwiseActivationVector.value(kind, x));
            }
            if (whole < width) {
                VectorMask<Float> mask = first(width - whole);
                FloatVector x = sum(s, row + whole, bias + whole);
                if (pre != null) {
                    pre.store(to + whole, x, mask);
                }
                out.store(to + whole, PointwiseActivationVector.value(kind, x), mask);
            }
        }
    }

    /** {@code out = product * kind'(saved)}. */
    record ActivationGradient(VectorSlice out, VectorSlice saved, Activation kind) implements EpilogueVector {
        @Override
        public void finish(Rows rows, int n, int count) {
            for (int r = 0; r < count; r++) {
                slope(rows.s, rows.row(r), rows.width, (long) (n + r) * rows.width);
            }
        }

        private void slope(float[] s, int row, int width, long to) {
            int whole = wholeVectors(width);
            for (int c = 0; c < whole; c += LANES) {
                FloatVector y = FloatVector.fromArray(F, s, row + c);
                out.store(to + c, PointwiseActivationVector.gradient(kind, y, saved.load(to + c)));
            }
            if (whole < width) {
                VectorMask<Float> mask = first(width - whole);
                FloatVector y = FloatVector.fromArray(F, s, row + whole);
                out.store(to + whole, PointwiseActivationVector.gradient(kind, y, saved.load(to + whole, mask)), mask);
            }
        }
    }

    /** {@code out = residual + dropout(product + bias)}. */
    record Residual(VectorSlice out, VectorSlice residual, VectorSlice bias, DropoutVector dropout)
            implements EpilogueVector {
        @Override
        public void finish(Rows rows, int n, int count) {
            rows.loadBias(bias);
            for (int r = 0; r < count; r++) {
                long to = (long) (n + r) * rows.width;
                if (dropout.isActive()) {
                    dropped(rows, r, n + r, to);
                } else {
                    row(rows.s, rows.row(r), rows.besideAt, rows.width, to);
                }
            }
        }

        private void row(float[] s, int row, int bias, int width, long to) {
            int whole = wholeVectors(width);
            for (int c = 0; c < whole; c += LANES) {
                out.store(to + c, residual.load(to + c).add(sum(s, row + c, bias + c)));
            }
            if (whole < width) {
                VectorMask<Float> mask = first(width - whole);
                FloatVector x = sum(s, row + whole, bias + whole);
                out.store(to + whole, residual.load(to + whole, mask).add(x), mask);
            }
        }

        private void dropped(Rows rows, int r, int n, long to) {
            for (int c = 0; c < rows.width; c += DropoutVector.COLUMNS) {
                long bits = dropout.keepColumns(n, c / DropoutVector.COLUMNS);
                int columns = Math.min(DropoutVector.COLUMNS, rows.width - c);
                addDropped(rows.s, rows.row(r) + c, rows.besideAt + c, columns, to + c, bits, dropout.scale());
            }
        }

        private void addDropped(float[] s, int row, int bias, int columns, long to, long keepBits, float scale) {
            long bits = keepBits;
            int whole = wholeVectors(columns);
            for (int c = 0; c < whole; c += LANES, bits >>>= LANES) {
                FloatVector x = sum(s, row + c, bias + c).mul(scale);
                out.store(to + c, residual.load(to + c).add(x, VectorMask.fromLong(F, bits)));
            }
            if (whole < columns) {
                VectorMask<Float> mask = first(columns - whole);
                FloatVector x = sum(s, row + whole, bias + whole).mul(scale);
                out.store(to + whole, residual.load(to + whole, mask).add(x, VectorMask.fromLong(F, bits)), mask);
            }
        }
    }

    /** The sum of the vectors at two places of an array. */
    private static FloatVector sum(float[] s, int a, int b) {
        return FloatVector.fromArray(F, s, a).add(FloatVector.fromArray(F, s, b));
    }
}
