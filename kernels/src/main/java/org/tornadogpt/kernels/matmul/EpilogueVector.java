package org.tornadogpt.kernels.matmul;

import static org.tornadogpt.kernels.vector.LanesVector.F;
import static org.tornadogpt.kernels.vector.LanesVector.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.tornadogpt.kernels.Activation;
import org.tornadogpt.kernels.activation.PointwiseActivationVector;
import org.tornadogpt.kernels.vector.DropoutVector;
import org.tornadogpt.kernels.vector.VectorSlice;

/**
 * What happens to finished rows of a product on their way from a heap array to memory: all arithmetic is done in the heap array,
 * and whole rows are copied. (Short loops of vector accesses to a memory segment pay for its checks; this cost a fifth of a step.)
 */
interface EpilogueVector {
    /**
     * A worker's room for rows of the result, with room beside them; {@code n} is the number of the first row, {@code count} how
     * many there are.
     *
     * @param s the array
     * @param at first row; row r begins at {@code at + r*stride}
     * @param beside as many rows again, free to use, {@code beside + r*stride}
     * @param biasAt {@code stride} floats, free to use
     * @param width columns; {@code stride} is this rounded up to whole tiles
     */
    record Rows(float[] s, int at, int beside, int biasAt, int stride, int width) {
        void load(VectorSlice from, int to, int n, int count) {
            for (int r = 0; r < count; r++) {
                from.copyTo((long) (n + r) * width, s, to + r * stride, width);
            }
        }

        void store(int from, VectorSlice to, int n, int count) {
            if (stride == width) {
                to.copyFrom((long) n * width, s, from, count * width);
                return;
            }
            for (int r = 0; r < count; r++) {
                to.copyFrom((long) (n + r) * width, s, from + r * stride, width);
            }
        }

        /** Adds the bias, unless null, to every row. */
        void addBias(VectorSlice bias, int count) {
            if (bias == null) {
                return;
            }
            bias.copyTo(0, s, biasAt, width);
            for (int r = 0; r < count; r++) {
                addRow(s, at + r * stride, biasAt, width);
            }
        }

        private static void addRow(float[] s, int row, int bias, int width) {
            for (int c = 0; c < width; c += LANES) {
                FloatVector.fromArray(F, s, row + c)
                        .add(FloatVector.fromArray(F, s, bias + c))
                        .intoArray(s, row + c);
            }
        }
    }

    /** Finishes rows and stores them. */
    void finish(Rows rows, int n, int count);

    /** {@code out = product + bias}. */
    record Plain(VectorSlice out, VectorSlice bias) implements EpilogueVector {
        @Override
        public void finish(Rows rows, int n, int count) {
            rows.addBias(bias, count);
            rows.store(rows.at, out, n, count);
        }
    }

    /** {@code pre = product + bias} unless null, {@code out = kind(pre)}. */
    record Activated(VectorSlice out, VectorSlice pre, VectorSlice bias, Activation kind) implements EpilogueVector {
        @Override
        public void finish(Rows rows, int n, int count) {
            rows.addBias(bias, count);
            if (pre != null) {
                rows.store(rows.at, pre, n, count);
            }
            for (int r = 0; r < count; r++) {
                activate(kind, rows.s, rows.at + r * rows.stride, rows.width);
            }
            rows.store(rows.at, out, n, count);
        }

        private static void activate(Activation kind, float[] s, int row, int width) {
            for (int c = 0; c < width; c += LANES) {
                PointwiseActivationVector.value(kind, FloatVector.fromArray(F, s, row + c))
                        .intoArray(s, row + c);
            }
        }
    }

    /** {@code out = product * kind'(saved)}. */
    record ActivationGradient(VectorSlice out, VectorSlice saved, Activation kind) implements EpilogueVector {
        @Override
        public void finish(Rows rows, int n, int count) {
            rows.load(saved, rows.beside, n, count);
            for (int r = 0; r < count; r++) {
                int row = r * rows.stride;
                slope(kind, rows.s, rows.at + row, rows.beside + row, rows.width);
            }
            rows.store(rows.at, out, n, count);
        }

        private static void slope(Activation kind, float[] s, int row, int saved, int width) {
            for (int c = 0; c < width; c += LANES) {
                FloatVector x = FloatVector.fromArray(F, s, saved + c);
                PointwiseActivationVector.gradient(kind, FloatVector.fromArray(F, s, row + c), x)
                        .intoArray(s, row + c);
            }
        }
    }

    /** {@code out = residual + dropout(product + bias)}. */
    record Residual(VectorSlice out, VectorSlice residual, VectorSlice bias, DropoutVector dropout)
            implements EpilogueVector {
        @Override
        public void finish(Rows rows, int n, int count) {
            rows.addBias(bias, count);
            rows.load(residual, rows.beside, n, count);
            for (int r = 0; r < count; r++) {
                int row = rows.at + r * rows.stride;
                int residualRow = rows.beside + r * rows.stride;
                if (!dropout.isActive()) {
                    Rows.addRow(rows.s, row, residualRow, rows.width);
                    continue;
                }
                for (int c = 0; c < rows.width; c += DropoutVector.COLUMNS) {
                    long bits = dropout.keepColumns(n + r, c / DropoutVector.COLUMNS);
                    int columns = Math.min(DropoutVector.COLUMNS, rows.width - c);
                    addDropped(rows.s, row + c, residualRow + c, columns, bits, dropout.scale());
                }
            }
            rows.store(rows.at, out, n, count);
        }

        private static void addDropped(float[] s, int row, int residual, int columns, long keepBits, float scale) {
            long bits = keepBits;
            for (int c = 0; c < columns; c += LANES, bits >>>= LANES) {
                VectorMask<Float> kept = VectorMask.fromLong(F, bits);
                FloatVector r = FloatVector.fromArray(F, s, residual + c);
                r.add(FloatVector.fromArray(F, s, row + c).mul(scale), kept).intoArray(s, row + c);
            }
        }
    }
}
