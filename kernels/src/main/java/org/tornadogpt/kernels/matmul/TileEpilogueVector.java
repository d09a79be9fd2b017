package org.tornadogpt.kernels.matmul;

import static org.tornadogpt.kernels.vector.LanesVector.F;
import static org.tornadogpt.kernels.vector.LanesVector.LANES;
import static org.tornadogpt.kernels.vector.LanesVector.first;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.tornadogpt.kernels.Activation;
import org.tornadogpt.kernels.activation.PointwiseActivationVector;
import org.tornadogpt.kernels.vector.DropoutVector;
import org.tornadogpt.kernels.vector.TileVector;
import org.tornadogpt.kernels.vector.VectorSlice;

/** What happens to a finished tile of a product on its way from the scratch array to memory. */
interface TileEpilogueVector {
    /**
     * Finishes one tile.
     *
     * @param tile holds the tile from {@code tileAt}, rows {@link TileVector#COLUMNS} apart
     * @param n first row in the result
     * @param rows how many
     * @param column first column in the result
     * @param columns how many
     */
    void store(float[] tile, int tileAt, int n, int rows, int column, int columns);

    /** {@code out = product + bias}. */
    record Plain(VectorSlice out, VectorSlice bias, int width) implements TileEpilogueVector {
        @Override
        public void store(float[] tile, int tileAt, int n, int rows, int column, int columns) {
            for (int c = 0; c < columns; c += LANES) {
                VectorMask<Float> mask = first(columns - c);
                FloatVector b = biasAt(bias, column + c, mask);
                long at = (long) n * width + column + c;
                for (int r = 0; r < rows; r++, at += width) {
                    out.store(at, value(tile, tileAt, r, c).add(b), mask);
                }
            }
        }
    }

    /** {@code pre = product + bias} unless null, {@code out = kind(pre)}. */
    record Activated(VectorSlice out, VectorSlice pre, VectorSlice bias, int width, Activation kind)
            implements TileEpilogueVector {
        @Override
        public void store(float[] tile, int tileAt, int n, int rows, int column, int columns) {
            for (int c = 0; c < columns; c += LANES) {
                VectorMask<Float> mask = first(columns - c);
                FloatVector b = biasAt(bias, column + c, mask);
                long at = (long) n * width + column + c;
                for (int r = 0; r < rows; r++, at += width) {
                    FloatVector x = value(tile, tileAt, r, c).add(b);
                    if (pre != null) {
                        pre.store(at, x, mask);
                    }
                    out.store(at, PointwiseActivationVector.value(kind, x), mask);
                }
            }
        }
    }

    /** {@code out = product * kind'(saved)}. */
    record ActivationGradient(VectorSlice out, VectorSlice saved, int width, Activation kind)
            implements TileEpilogueVector {
        @Override
        public void store(float[] tile, int tileAt, int n, int rows, int column, int columns) {
            for (int c = 0; c < columns; c += LANES) {
                VectorMask<Float> mask = first(columns - c);
                long at = (long) n * width + column + c;
                for (int r = 0; r < rows; r++, at += width) {
                    FloatVector d =
                            PointwiseActivationVector.gradient(kind, value(tile, tileAt, r, c), saved.load(at, mask));
                    out.store(at, d, mask);
                }
            }
        }
    }

    /** {@code out = residual + dropout(product + bias)}. */
    record Residual(VectorSlice out, VectorSlice residual, VectorSlice bias, int width, DropoutVector dropout)
            implements TileEpilogueVector {
        @Override
        public void store(float[] tile, int tileAt, int n, int rows, int column, int columns) {
            int group = column / DropoutVector.COLUMNS;
            int shift = column % DropoutVector.COLUMNS;
            for (int r = 0; r < rows; r++) {
                long bits = dropout.keepColumns(n + r, group) >>> shift;
                long at = (long) (n + r) * width + column;
                for (int c = 0; c < columns; c += LANES, bits >>>= LANES) {
                    VectorMask<Float> mask = first(columns - c);
                    FloatVector branch = value(tile, tileAt, r, c).add(biasAt(bias, column + c, mask));
                    out.store(at + c, residual.load(at + c, mask).add(dropout.apply(branch, bits)), mask);
                }
            }
        }
    }

    private static FloatVector value(float[] tile, int tileAt, int r, int c) {
        return FloatVector.fromArray(F, tile, tileAt + r * TileVector.COLUMNS + c);
    }

    private static FloatVector biasAt(VectorSlice bias, int column, VectorMask<Float> mask) {
        return bias == null ? FloatVector.zero(F) : bias.load(column, mask);
    }
}
