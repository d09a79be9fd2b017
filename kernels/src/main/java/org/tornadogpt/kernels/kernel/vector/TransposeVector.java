package org.tornadogpt.kernels.kernel.vector;

import static org.tornadogpt.kernels.kernel.vector.LanesVector.F;
import static org.tornadogpt.kernels.kernel.vector.LanesVector.I;
import static org.tornadogpt.kernels.kernel.vector.LanesVector.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Transposition in heap arrays. Blocks of 16 x 16 are exchanged in registers where vectors have 16 lanes: in four
 * rounds, pairs of vectors swap their halves, quarters, eighths and single lanes (Eklundh 1972). Elsewhere, and at the
 * edges, element by element.
 */
public final class TransposeVector {
    private static final int BLOCK = 16;

    private static final IntVector LOW_8 = halves(8, 0);
    private static final IntVector HIGH_8 = halves(8, 8);
    private static final IntVector LOW_4 = halves(4, 0);
    private static final IntVector HIGH_4 = halves(4, 4);
    private static final IntVector LOW_2 = halves(2, 0);
    private static final IntVector HIGH_2 = halves(2, 2);
    private static final IntVector LOW_1 = halves(1, 0);
    private static final IntVector HIGH_1 = halves(1, 1);

    private TransposeVector() {}

    /** Picks from two vectors alternately {@code size} lanes of each, those that begin at {@code from}. */
    private static IntVector halves(int size, int from) {
        int[] lanes = new int[BLOCK];
        for (int i = 0; i < BLOCK; i++) {
            boolean second = i / size % 2 == 1;
            int lane = i / (2 * size) * (2 * size) + from + i % size;
            lanes[i] = second ? lane + BLOCK : lane;
        }
        return LANES == BLOCK ? IntVector.fromArray(I, lanes, 0) : IntVector.zero(I);
    }

    /**
     * {@code to[toAt + c*toStride + r] = from[fromAt + r*fromStride + c]} for all r below {@code rows} and c below
     * {@code columns}.
     */
    public static void transpose(
            float[] from, int fromAt, int fromStride, int rows, int columns, float[] to, int toAt, int toStride) {
        int wholeRows = LANES == BLOCK ? rows - rows % BLOCK : 0;
        int wholeColumns = LANES == BLOCK ? columns - columns % BLOCK : 0;
        for (int r = 0; r < wholeRows; r += BLOCK) {
            for (int c = 0; c < wholeColumns; c += BLOCK) {
                block(from, fromAt + r * fromStride + c, fromStride, to, toAt + c * toStride + r, toStride);
            }
        }
        scalar(from, fromAt, fromStride, 0, wholeRows, wholeColumns, columns, to, toAt, toStride);
        scalar(from, fromAt, fromStride, wholeRows, rows, 0, columns, to, toAt, toStride);
    }

    private static void scalar(
            float[] from,
            int fromAt,
            int fromStride,
            int firstRow,
            int rows,
            int firstColumn,
            int columns,
            float[] to,
            int toAt,
            int toStride) {
        for (int c = firstColumn; c < columns; c++) {
            for (int r = firstRow; r < rows; r++) {
                to[toAt + c * toStride + r] = from[fromAt + r * fromStride + c];
            }
        }
    }

    private static IntVector load(float[] from, int at) {
        return FloatVector.fromArray(F, from, at).reinterpretAsInts();
    }

    private static void block(float[] from, int fromAt, int fromStride, float[] to, int toAt, int toStride) {
        IntVector a0 = load(from, fromAt);
        IntVector a1 = load(from, fromAt + fromStride);
        IntVector a2 = load(from, fromAt + 2 * fromStride);
        IntVector a3 = load(from, fromAt + 3 * fromStride);
        IntVector a4 = load(from, fromAt + 4 * fromStride);
        IntVector a5 = load(from, fromAt + 5 * fromStride);
        IntVector a6 = load(from, fromAt + 6 * fromStride);
        IntVector a7 = load(from, fromAt + 7 * fromStride);
        IntVector a8 = load(from, fromAt + 8 * fromStride);
        IntVector a9 = load(from, fromAt + 9 * fromStride);
        IntVector a10 = load(from, fromAt + 10 * fromStride);
        IntVector a11 = load(from, fromAt + 11 * fromStride);
        IntVector a12 = load(from, fromAt + 12 * fromStride);
        IntVector a13 = load(from, fromAt + 13 * fromStride);
        IntVector a14 = load(from, fromAt + 14 * fromStride);
        IntVector a15 = load(from, fromAt + 15 * fromStride);
        IntVector b0 = LOW_8.selectFrom(a0, a8);
        IntVector b8 = HIGH_8.selectFrom(a0, a8);
        IntVector b1 = LOW_8.selectFrom(a1, a9);
        IntVector b9 = HIGH_8.selectFrom(a1, a9);
        IntVector b2 = LOW_8.selectFrom(a2, a10);
        IntVector b10 = HIGH_8.selectFrom(a2, a10);
        IntVector b3 = LOW_8.selectFrom(a3, a11);
        IntVector b11 = HIGH_8.selectFrom(a3, a11);
        IntVector b4 = LOW_8.selectFrom(a4, a12);
        IntVector b12 = HIGH_8.selectFrom(a4, a12);
        IntVector b5 = LOW_8.selectFrom(a5, a13);
        IntVector b13 = HIGH_8.selectFrom(a5, a13);
        IntVector b6 = LOW_8.selectFrom(a6, a14);
        IntVector b14 = HIGH_8.selectFrom(a6, a14);
        IntVector b7 = LOW_8.selectFrom(a7, a15);
        IntVector b15 = HIGH_8.selectFrom(a7, a15);
        IntVector c0 = LOW_4.selectFrom(b0, b4);
        IntVector c4 = HIGH_4.selectFrom(b0, b4);
        IntVector c1 = LOW_4.selectFrom(b1, b5);
        IntVector c5 = HIGH_4.selectFrom(b1, b5);
        IntVector c2 = LOW_4.selectFrom(b2, b6);
        IntVector c6 = HIGH_4.selectFrom(b2, b6);
        IntVector c3 = LOW_4.selectFrom(b3, b7);
        IntVector c7 = HIGH_4.selectFrom(b3, b7);
        IntVector c8 = LOW_4.selectFrom(b8, b12);
        IntVector c12 = HIGH_4.selectFrom(b8, b12);
        IntVector c9 = LOW_4.selectFrom(b9, b13);
        IntVector c13 = HIGH_4.selectFrom(b9, b13);
        IntVector c10 = LOW_4.selectFrom(b10, b14);
        IntVector c14 = HIGH_4.selectFrom(b10, b14);
        IntVector c11 = LOW_4.selectFrom(b11, b15);
        IntVector c15 = HIGH_4.selectFrom(b11, b15);
        IntVector d0 = LOW_2.selectFrom(c0, c2);
        IntVector d2 = HIGH_2.selectFrom(c0, c2);
        IntVector d1 = LOW_2.selectFrom(c1, c3);
        IntVector d3 = HIGH_2.selectFrom(c1, c3);
        IntVector d4 = LOW_2.selectFrom(c4, c6);
        IntVector d6 = HIGH_2.selectFrom(c4, c6);
        IntVector d5 = LOW_2.selectFrom(c5, c7);
        IntVector d7 = HIGH_2.selectFrom(c5, c7);
        IntVector d8 = LOW_2.selectFrom(c8, c10);
        IntVector d10 = HIGH_2.selectFrom(c8, c10);
        IntVector d9 = LOW_2.selectFrom(c9, c11);
        IntVector d11 = HIGH_2.selectFrom(c9, c11);
        IntVector d12 = LOW_2.selectFrom(c12, c14);
        IntVector d14 = HIGH_2.selectFrom(c12, c14);
        IntVector d13 = LOW_2.selectFrom(c13, c15);
        IntVector d15 = HIGH_2.selectFrom(c13, c15);
        IntVector e0 = LOW_1.selectFrom(d0, d1);
        IntVector e1 = HIGH_1.selectFrom(d0, d1);
        IntVector e2 = LOW_1.selectFrom(d2, d3);
        IntVector e3 = HIGH_1.selectFrom(d2, d3);
        IntVector e4 = LOW_1.selectFrom(d4, d5);
        IntVector e5 = HIGH_1.selectFrom(d4, d5);
        IntVector e6 = LOW_1.selectFrom(d6, d7);
        IntVector e7 = HIGH_1.selectFrom(d6, d7);
        IntVector e8 = LOW_1.selectFrom(d8, d9);
        IntVector e9 = HIGH_1.selectFrom(d8, d9);
        IntVector e10 = LOW_1.selectFrom(d10, d11);
        IntVector e11 = HIGH_1.selectFrom(d10, d11);
        IntVector e12 = LOW_1.selectFrom(d12, d13);
        IntVector e13 = HIGH_1.selectFrom(d12, d13);
        IntVector e14 = LOW_1.selectFrom(d14, d15);
        IntVector e15 = HIGH_1.selectFrom(d14, d15);
        e0.reinterpretAsFloats().intoArray(to, toAt);
        e1.reinterpretAsFloats().intoArray(to, toAt + toStride);
        e2.reinterpretAsFloats().intoArray(to, toAt + 2 * toStride);
        e3.reinterpretAsFloats().intoArray(to, toAt + 3 * toStride);
        e4.reinterpretAsFloats().intoArray(to, toAt + 4 * toStride);
        e5.reinterpretAsFloats().intoArray(to, toAt + 5 * toStride);
        e6.reinterpretAsFloats().intoArray(to, toAt + 6 * toStride);
        e7.reinterpretAsFloats().intoArray(to, toAt + 7 * toStride);
        e8.reinterpretAsFloats().intoArray(to, toAt + 8 * toStride);
        e9.reinterpretAsFloats().intoArray(to, toAt + 9 * toStride);
        e10.reinterpretAsFloats().intoArray(to, toAt + 10 * toStride);
        e11.reinterpretAsFloats().intoArray(to, toAt + 11 * toStride);
        e12.reinterpretAsFloats().intoArray(to, toAt + 12 * toStride);
        e13.reinterpretAsFloats().intoArray(to, toAt + 13 * toStride);
        e14.reinterpretAsFloats().intoArray(to, toAt + 14 * toStride);
        e15.reinterpretAsFloats().intoArray(to, toAt + 15 * toStride);
    }
}
