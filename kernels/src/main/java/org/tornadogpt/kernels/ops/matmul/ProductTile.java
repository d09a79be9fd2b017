package org.tornadogpt.kernels.ops.matmul;

import org.tornadogpt.kernels.kernel.random.Philox;
import org.tornadogpt.kernels.ops.activation.PointwiseActivationLoop;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** What the tiled products have in common whatever their tile: the flags of their mode, and small functions. */
final class ProductTile {
    /** The first operand is stored (P, I), not (I, P). */
    static final int FIRST_DOWN = 1;

    /** The second operand is stored (P, J), not (J, P). */
    static final int SECOND_DOWN = 2;

    /** {@code bias[j]} is added. */
    static final int BIAS = 4;

    /** The result is added to what is there. */
    static final int ACCUMULATE = 8;

    /** The result is activated. */
    static final int ACTIVATE = 16;

    /** The result before activation is stored in the extra slice. */
    static final int KEEP = 32;

    /** The result is multiplied by the activation's derivative at the extra slice. */
    static final int SLOPE = 64;

    /** The result is dropped out and added to the extra slice. */
    static final int RESIDUAL = 128;

    /** Where in the mode the activation's code begins. */
    static final int KIND_SHIFT = 8;

    private ProductTile() {}

    /**
     * Term p of an operand's row, 0 from the end on; what it is for a row outside is of no consequence. Reads without a
     * branch, so that all reads of an item can be under way at once.
     */
    static float term(FloatArray x, int at, int row, int rows, int p, int end, int P, int down) {
        int inRow = row < rows ? row : rows - 1;
        int inP = p < end ? p : end - 1;
        int index = down > 0 ? inP * rows + inRow : inRow * P + inP;
        float value = x.get(at + index);
        return p < end ? value : 0f;
    }

    /**
     * What a finished result is combined with: the result that is there, or an element of the extra slice. Reads as
     * {@link #term} does.
     */
    static float before(FloatArray out, IntArray offsets, int first, int plane, int i, int j, int I, int J, int mode) {
        if ((mode & (ACCUMULATE + SLOPE + RESIDUAL)) == 0) {
            return 0f;
        }
        int inI = i < I ? i : I - 1;
        int inJ = j < J ? j : J - 1;
        int slot = (mode & ACCUMULATE) > 0 ? first + 2 : first + 4;
        return out.get(offsets.get(slot) + plane + inI * J + inJ);
    }

    /** Adds the bias, does what {@code mode} says and stores the result. */
    static void finish(
            float sum,
            float before,
            FloatArray bias,
            IntArray offsets,
            int first,
            IntArray counters,
            FloatArray out,
            int plane,
            int i,
            int j,
            int J,
            int mode,
            int threshold,
            float scale) {
        float value = sum;
        int at = plane + i * J + j;
        if ((mode & BIAS) > 0) {
            value += bias.get(offsets.get(first + 3) + j);
        }
        if ((mode & ACCUMULATE) > 0) {
            value += before;
        }
        if ((mode & SLOPE) > 0) {
            value *= PointwiseActivationLoop.derivative(before, mode >> KIND_SHIFT);
        }
        if ((mode & KEEP) > 0) {
            out.set(offsets.get(first + 4) + at, value);
        }
        if ((mode & ACTIVATE) > 0) {
            value = PointwiseActivationLoop.value(value, mode >> KIND_SHIFT);
        }
        if ((mode & RESIDUAL) > 0) {
            value = before + Philox.mask(counters, offsets.get(first + 5), i, j, threshold, scale) * value;
        }
        out.set(offsets.get(first + 2) + at, value);
    }
}
