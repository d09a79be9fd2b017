package org.tornadogpt.kernels.vector;

import static org.tornadogpt.kernels.vector.LanesVector.F;
import static org.tornadogpt.kernels.vector.LanesVector.LANES;

import jdk.incubator.vector.FloatVector;

/**
 * The inner loops of matrix products over heap arrays: one tile of C, held in registers while k runs. A tile is 12 rows of two
 * vectors where vectors have 16 lanes (24 of the 32 registers accumulate) and 6 rows of two where they are narrower (12 of 16).
 * Each element is the sum over k in order, by fused multiply-add.
 *
 * <p>The accumulators are locals written out by hand because C2 keeps only locals in registers; an array of vectors is not. For the same reason
 * nothing is shared between the four forms: a vector that is passed to a method which happens not to be inlined becomes an object,
 * and then the loop allocates one for each of its steps (seen: 20 times slower).
 */
public final class TileVector {
    /** Rows of a tile. */
    public static final int ROWS = LANES == 16 ? 12 : 6;

    /** Columns of a tile, and the distance between rows of B. */
    public static final int COLUMNS = 2 * LANES;

    /** Most elements of A in a row of the array that holds it. */
    public static final int DEPTH = 384;

    /**
     * The distance between rows of the array that holds A; more than {@link #DEPTH} by a cache line, so that neighbouring rows fall
     * into different cache sets. It and B's are constants because C2 moves range checks out of a loop only for a constant multiple
     * of the loop's counter.
     */
    public static final int ROW_STRIDE = DEPTH + 16;

    private TileVector() {}

    /**
     * {@code C = A B} or, with {@code add}, {@code C += A B} for one tile of {@link #ROWS} by {@link #COLUMNS}, A k-major.
     *
     * @param a A: element (r, k) at {@code aAt + k*ROW_STRIDE + r}
     * @param b B: element (k, c) at {@code bAt + k*COLUMNS + c}
     * @param kc how many k
     * @param c C: element (r, c) at {@code cAt + r*ldc + c}
     */
    public static void columns(
            float[] a, int aAt, float[] b, int bAt, int kc, float[] c, int cAt, int ldc, boolean add) {
        if (LANES == 16) {
            columns12(a, aAt, b, bAt, kc, c, cAt, ldc, add);
        } else {
            columns6(a, aAt, b, bAt, kc, c, cAt, ldc, add);
        }
    }

    /** As {@link #columns}, with the rows of the array that holds A only {@link #ROWS} apart: element (r, k) at {@code aAt + k*ROWS + r}. */
    public static void packed(
            float[] a, int aAt, float[] b, int bAt, int kc, float[] c, int cAt, int ldc, boolean add) {
        if (LANES == 16) {
            packed12(a, aAt, b, bAt, kc, c, cAt, ldc, add);
        } else {
            packed6(a, aAt, b, bAt, kc, c, cAt, ldc, add);
        }
    }

    /** As {@link #columns}, with A row-major: element (r, k) at {@code aAt + r*ROW_STRIDE + k}. */
    public static void rows(float[] a, int aAt, float[] b, int bAt, int kc, float[] c, int cAt, int ldc, boolean add) {
        if (LANES == 16) {
            rows12(a, aAt, b, bAt, kc, c, cAt, ldc, add);
        } else {
            rows6(a, aAt, b, bAt, kc, c, cAt, ldc, add);
        }
    }

    private static void columns12(
            float[] a, int aAt, float[] b, int bAt, int kc, float[] c, int cAt, int ldc, boolean add) {
        FloatVector u0 = FloatVector.zero(F);
        FloatVector v0 = FloatVector.zero(F);
        FloatVector u1 = FloatVector.zero(F);
        FloatVector v1 = FloatVector.zero(F);
        FloatVector u2 = FloatVector.zero(F);
        FloatVector v2 = FloatVector.zero(F);
        FloatVector u3 = FloatVector.zero(F);
        FloatVector v3 = FloatVector.zero(F);
        FloatVector u4 = FloatVector.zero(F);
        FloatVector v4 = FloatVector.zero(F);
        FloatVector u5 = FloatVector.zero(F);
        FloatVector v5 = FloatVector.zero(F);
        FloatVector u6 = FloatVector.zero(F);
        FloatVector v6 = FloatVector.zero(F);
        FloatVector u7 = FloatVector.zero(F);
        FloatVector v7 = FloatVector.zero(F);
        FloatVector u8 = FloatVector.zero(F);
        FloatVector v8 = FloatVector.zero(F);
        FloatVector u9 = FloatVector.zero(F);
        FloatVector v9 = FloatVector.zero(F);
        FloatVector u10 = FloatVector.zero(F);
        FloatVector v10 = FloatVector.zero(F);
        FloatVector u11 = FloatVector.zero(F);
        FloatVector v11 = FloatVector.zero(F);
        for (int k = 0; k < kc; k++) {
            FloatVector bu = FloatVector.fromArray(F, b, bAt + k * COLUMNS);
            FloatVector bv = FloatVector.fromArray(F, b, bAt + k * COLUMNS + LANES);
            FloatVector a0 = FloatVector.broadcast(F, a[aAt + k * ROW_STRIDE]);
            u0 = a0.fma(bu, u0);
            v0 = a0.fma(bv, v0);
            FloatVector a1 = FloatVector.broadcast(F, a[aAt + k * ROW_STRIDE + 1]);
            u1 = a1.fma(bu, u1);
            v1 = a1.fma(bv, v1);
            FloatVector a2 = FloatVector.broadcast(F, a[aAt + k * ROW_STRIDE + 2]);
            u2 = a2.fma(bu, u2);
            v2 = a2.fma(bv, v2);
            FloatVector a3 = FloatVector.broadcast(F, a[aAt + k * ROW_STRIDE + 3]);
            u3 = a3.fma(bu, u3);
            v3 = a3.fma(bv, v3);
            FloatVector a4 = FloatVector.broadcast(F, a[aAt + k * ROW_STRIDE + 4]);
            u4 = a4.fma(bu, u4);
            v4 = a4.fma(bv, v4);
            FloatVector a5 = FloatVector.broadcast(F, a[aAt + k * ROW_STRIDE + 5]);
            u5 = a5.fma(bu, u5);
            v5 = a5.fma(bv, v5);
            FloatVector a6 = FloatVector.broadcast(F, a[aAt + k * ROW_STRIDE + 6]);
            u6 = a6.fma(bu, u6);
            v6 = a6.fma(bv, v6);
            FloatVector a7 = FloatVector.broadcast(F, a[aAt + k * ROW_STRIDE + 7]);
            u7 = a7.fma(bu, u7);
            v7 = a7.fma(bv, v7);
            FloatVector a8 = FloatVector.broadcast(F, a[aAt + k * ROW_STRIDE + 8]);
            u8 = a8.fma(bu, u8);
            v8 = a8.fma(bv, v8);
            FloatVector a9 = FloatVector.broadcast(F, a[aAt + k * ROW_STRIDE + 9]);
            u9 = a9.fma(bu, u9);
            v9 = a9.fma(bv, v9);
            FloatVector a10 = FloatVector.broadcast(F, a[aAt + k * ROW_STRIDE + 10]);
            u10 = a10.fma(bu, u10);
            v10 = a10.fma(bv, v10);
            FloatVector a11 = FloatVector.broadcast(F, a[aAt + k * ROW_STRIDE + 11]);
            u11 = a11.fma(bu, u11);
            v11 = a11.fma(bv, v11);
        }
        if (add) {
            u0 = u0.add(FloatVector.fromArray(F, c, cAt));
            v0 = v0.add(FloatVector.fromArray(F, c, cAt + LANES));
            u1 = u1.add(FloatVector.fromArray(F, c, cAt + 1 * ldc));
            v1 = v1.add(FloatVector.fromArray(F, c, cAt + 1 * ldc + LANES));
            u2 = u2.add(FloatVector.fromArray(F, c, cAt + 2 * ldc));
            v2 = v2.add(FloatVector.fromArray(F, c, cAt + 2 * ldc + LANES));
            u3 = u3.add(FloatVector.fromArray(F, c, cAt + 3 * ldc));
            v3 = v3.add(FloatVector.fromArray(F, c, cAt + 3 * ldc + LANES));
            u4 = u4.add(FloatVector.fromArray(F, c, cAt + 4 * ldc));
            v4 = v4.add(FloatVector.fromArray(F, c, cAt + 4 * ldc + LANES));
            u5 = u5.add(FloatVector.fromArray(F, c, cAt + 5 * ldc));
            v5 = v5.add(FloatVector.fromArray(F, c, cAt + 5 * ldc + LANES));
            u6 = u6.add(FloatVector.fromArray(F, c, cAt + 6 * ldc));
            v6 = v6.add(FloatVector.fromArray(F, c, cAt + 6 * ldc + LANES));
            u7 = u7.add(FloatVector.fromArray(F, c, cAt + 7 * ldc));
            v7 = v7.add(FloatVector.fromArray(F, c, cAt + 7 * ldc + LANES));
            u8 = u8.add(FloatVector.fromArray(F, c, cAt + 8 * ldc));
            v8 = v8.add(FloatVector.fromArray(F, c, cAt + 8 * ldc + LANES));
            u9 = u9.add(FloatVector.fromArray(F, c, cAt + 9 * ldc));
            v9 = v9.add(FloatVector.fromArray(F, c, cAt + 9 * ldc + LANES));
            u10 = u10.add(FloatVector.fromArray(F, c, cAt + 10 * ldc));
            v10 = v10.add(FloatVector.fromArray(F, c, cAt + 10 * ldc + LANES));
            u11 = u11.add(FloatVector.fromArray(F, c, cAt + 11 * ldc));
            v11 = v11.add(FloatVector.fromArray(F, c, cAt + 11 * ldc + LANES));
        }
        u0.intoArray(c, cAt);
        v0.intoArray(c, cAt + LANES);
        u1.intoArray(c, cAt + 1 * ldc);
        v1.intoArray(c, cAt + 1 * ldc + LANES);
        u2.intoArray(c, cAt + 2 * ldc);
        v2.intoArray(c, cAt + 2 * ldc + LANES);
        u3.intoArray(c, cAt + 3 * ldc);
        v3.intoArray(c, cAt + 3 * ldc + LANES);
        u4.intoArray(c, cAt + 4 * ldc);
        v4.intoArray(c, cAt + 4 * ldc + LANES);
        u5.intoArray(c, cAt + 5 * ldc);
        v5.intoArray(c, cAt + 5 * ldc + LANES);
        u6.intoArray(c, cAt + 6 * ldc);
        v6.intoArray(c, cAt + 6 * ldc + LANES);
        u7.intoArray(c, cAt + 7 * ldc);
        v7.intoArray(c, cAt + 7 * ldc + LANES);
        u8.intoArray(c, cAt + 8 * ldc);
        v8.intoArray(c, cAt + 8 * ldc + LANES);
        u9.intoArray(c, cAt + 9 * ldc);
        v9.intoArray(c, cAt + 9 * ldc + LANES);
        u10.intoArray(c, cAt + 10 * ldc);
        v10.intoArray(c, cAt + 10 * ldc + LANES);
        u11.intoArray(c, cAt + 11 * ldc);
        v11.intoArray(c, cAt + 11 * ldc + LANES);
    }

    private static void rows12(
            float[] a, int aAt, float[] b, int bAt, int kc, float[] c, int cAt, int ldc, boolean add) {
        FloatVector u0 = FloatVector.zero(F);
        FloatVector v0 = FloatVector.zero(F);
        FloatVector u1 = FloatVector.zero(F);
        FloatVector v1 = FloatVector.zero(F);
        FloatVector u2 = FloatVector.zero(F);
        FloatVector v2 = FloatVector.zero(F);
        FloatVector u3 = FloatVector.zero(F);
        FloatVector v3 = FloatVector.zero(F);
        FloatVector u4 = FloatVector.zero(F);
        FloatVector v4 = FloatVector.zero(F);
        FloatVector u5 = FloatVector.zero(F);
        FloatVector v5 = FloatVector.zero(F);
        FloatVector u6 = FloatVector.zero(F);
        FloatVector v6 = FloatVector.zero(F);
        FloatVector u7 = FloatVector.zero(F);
        FloatVector v7 = FloatVector.zero(F);
        FloatVector u8 = FloatVector.zero(F);
        FloatVector v8 = FloatVector.zero(F);
        FloatVector u9 = FloatVector.zero(F);
        FloatVector v9 = FloatVector.zero(F);
        FloatVector u10 = FloatVector.zero(F);
        FloatVector v10 = FloatVector.zero(F);
        FloatVector u11 = FloatVector.zero(F);
        FloatVector v11 = FloatVector.zero(F);
        for (int k = 0; k < kc; k++) {
            FloatVector bu = FloatVector.fromArray(F, b, bAt + k * COLUMNS);
            FloatVector bv = FloatVector.fromArray(F, b, bAt + k * COLUMNS + LANES);
            FloatVector a0 = FloatVector.broadcast(F, a[aAt + k]);
            u0 = a0.fma(bu, u0);
            v0 = a0.fma(bv, v0);
            FloatVector a1 = FloatVector.broadcast(F, a[aAt + k + 1 * ROW_STRIDE]);
            u1 = a1.fma(bu, u1);
            v1 = a1.fma(bv, v1);
            FloatVector a2 = FloatVector.broadcast(F, a[aAt + k + 2 * ROW_STRIDE]);
            u2 = a2.fma(bu, u2);
            v2 = a2.fma(bv, v2);
            FloatVector a3 = FloatVector.broadcast(F, a[aAt + k + 3 * ROW_STRIDE]);
            u3 = a3.fma(bu, u3);
            v3 = a3.fma(bv, v3);
            FloatVector a4 = FloatVector.broadcast(F, a[aAt + k + 4 * ROW_STRIDE]);
            u4 = a4.fma(bu, u4);
            v4 = a4.fma(bv, v4);
            FloatVector a5 = FloatVector.broadcast(F, a[aAt + k + 5 * ROW_STRIDE]);
            u5 = a5.fma(bu, u5);
            v5 = a5.fma(bv, v5);
            FloatVector a6 = FloatVector.broadcast(F, a[aAt + k + 6 * ROW_STRIDE]);
            u6 = a6.fma(bu, u6);
            v6 = a6.fma(bv, v6);
            FloatVector a7 = FloatVector.broadcast(F, a[aAt + k + 7 * ROW_STRIDE]);
            u7 = a7.fma(bu, u7);
            v7 = a7.fma(bv, v7);
            FloatVector a8 = FloatVector.broadcast(F, a[aAt + k + 8 * ROW_STRIDE]);
            u8 = a8.fma(bu, u8);
            v8 = a8.fma(bv, v8);
            FloatVector a9 = FloatVector.broadcast(F, a[aAt + k + 9 * ROW_STRIDE]);
            u9 = a9.fma(bu, u9);
            v9 = a9.fma(bv, v9);
            FloatVector a10 = FloatVector.broadcast(F, a[aAt + k + 10 * ROW_STRIDE]);
            u10 = a10.fma(bu, u10);
            v10 = a10.fma(bv, v10);
            FloatVector a11 = FloatVector.broadcast(F, a[aAt + k + 11 * ROW_STRIDE]);
            u11 = a11.fma(bu, u11);
            v11 = a11.fma(bv, v11);
        }
        if (add) {
            u0 = u0.add(FloatVector.fromArray(F, c, cAt));
            v0 = v0.add(FloatVector.fromArray(F, c, cAt + LANES));
            u1 = u1.add(FloatVector.fromArray(F, c, cAt + 1 * ldc));
            v1 = v1.add(FloatVector.fromArray(F, c, cAt + 1 * ldc + LANES));
            u2 = u2.add(FloatVector.fromArray(F, c, cAt + 2 * ldc));
            v2 = v2.add(FloatVector.fromArray(F, c, cAt + 2 * ldc + LANES));
            u3 = u3.add(FloatVector.fromArray(F, c, cAt + 3 * ldc));
            v3 = v3.add(FloatVector.fromArray(F, c, cAt + 3 * ldc + LANES));
            u4 = u4.add(FloatVector.fromArray(F, c, cAt + 4 * ldc));
            v4 = v4.add(FloatVector.fromArray(F, c, cAt + 4 * ldc + LANES));
            u5 = u5.add(FloatVector.fromArray(F, c, cAt + 5 * ldc));
            v5 = v5.add(FloatVector.fromArray(F, c, cAt + 5 * ldc + LANES));
            u6 = u6.add(FloatVector.fromArray(F, c, cAt + 6 * ldc));
            v6 = v6.add(FloatVector.fromArray(F, c, cAt + 6 * ldc + LANES));
            u7 = u7.add(FloatVector.fromArray(F, c, cAt + 7 * ldc));
            v7 = v7.add(FloatVector.fromArray(F, c, cAt + 7 * ldc + LANES));
            u8 = u8.add(FloatVector.fromArray(F, c, cAt + 8 * ldc));
            v8 = v8.add(FloatVector.fromArray(F, c, cAt + 8 * ldc + LANES));
            u9 = u9.add(FloatVector.fromArray(F, c, cAt + 9 * ldc));
            v9 = v9.add(FloatVector.fromArray(F, c, cAt + 9 * ldc + LANES));
            u10 = u10.add(FloatVector.fromArray(F, c, cAt + 10 * ldc));
            v10 = v10.add(FloatVector.fromArray(F, c, cAt + 10 * ldc + LANES));
            u11 = u11.add(FloatVector.fromArray(F, c, cAt + 11 * ldc));
            v11 = v11.add(FloatVector.fromArray(F, c, cAt + 11 * ldc + LANES));
        }
        u0.intoArray(c, cAt);
        v0.intoArray(c, cAt + LANES);
        u1.intoArray(c, cAt + 1 * ldc);
        v1.intoArray(c, cAt + 1 * ldc + LANES);
        u2.intoArray(c, cAt + 2 * ldc);
        v2.intoArray(c, cAt + 2 * ldc + LANES);
        u3.intoArray(c, cAt + 3 * ldc);
        v3.intoArray(c, cAt + 3 * ldc + LANES);
        u4.intoArray(c, cAt + 4 * ldc);
        v4.intoArray(c, cAt + 4 * ldc + LANES);
        u5.intoArray(c, cAt + 5 * ldc);
        v5.intoArray(c, cAt + 5 * ldc + LANES);
        u6.intoArray(c, cAt + 6 * ldc);
        v6.intoArray(c, cAt + 6 * ldc + LANES);
        u7.intoArray(c, cAt + 7 * ldc);
        v7.intoArray(c, cAt + 7 * ldc + LANES);
        u8.intoArray(c, cAt + 8 * ldc);
        v8.intoArray(c, cAt + 8 * ldc + LANES);
        u9.intoArray(c, cAt + 9 * ldc);
        v9.intoArray(c, cAt + 9 * ldc + LANES);
        u10.intoArray(c, cAt + 10 * ldc);
        v10.intoArray(c, cAt + 10 * ldc + LANES);
        u11.intoArray(c, cAt + 11 * ldc);
        v11.intoArray(c, cAt + 11 * ldc + LANES);
    }

    private static void columns6(
            float[] a, int aAt, float[] b, int bAt, int kc, float[] c, int cAt, int ldc, boolean add) {
        FloatVector u0 = FloatVector.zero(F);
        FloatVector v0 = FloatVector.zero(F);
        FloatVector u1 = FloatVector.zero(F);
        FloatVector v1 = FloatVector.zero(F);
        FloatVector u2 = FloatVector.zero(F);
        FloatVector v2 = FloatVector.zero(F);
        FloatVector u3 = FloatVector.zero(F);
        FloatVector v3 = FloatVector.zero(F);
        FloatVector u4 = FloatVector.zero(F);
        FloatVector v4 = FloatVector.zero(F);
        FloatVector u5 = FloatVector.zero(F);
        FloatVector v5 = FloatVector.zero(F);
        for (int k = 0; k < kc; k++) {
            FloatVector bu = FloatVector.fromArray(F, b, bAt + k * COLUMNS);
            FloatVector bv = FloatVector.fromArray(F, b, bAt + k * COLUMNS + LANES);
            FloatVector a0 = FloatVector.broadcast(F, a[aAt + k * ROW_STRIDE]);
            u0 = a0.fma(bu, u0);
            v0 = a0.fma(bv, v0);
            FloatVector a1 = FloatVector.broadcast(F, a[aAt + k * ROW_STRIDE + 1]);
            u1 = a1.fma(bu, u1);
            v1 = a1.fma(bv, v1);
            FloatVector a2 = FloatVector.broadcast(F, a[aAt + k * ROW_STRIDE + 2]);
            u2 = a2.fma(bu, u2);
            v2 = a2.fma(bv, v2);
            FloatVector a3 = FloatVector.broadcast(F, a[aAt + k * ROW_STRIDE + 3]);
            u3 = a3.fma(bu, u3);
            v3 = a3.fma(bv, v3);
            FloatVector a4 = FloatVector.broadcast(F, a[aAt + k * ROW_STRIDE + 4]);
            u4 = a4.fma(bu, u4);
            v4 = a4.fma(bv, v4);
            FloatVector a5 = FloatVector.broadcast(F, a[aAt + k * ROW_STRIDE + 5]);
            u5 = a5.fma(bu, u5);
            v5 = a5.fma(bv, v5);
        }
        if (add) {
            u0 = u0.add(FloatVector.fromArray(F, c, cAt));
            v0 = v0.add(FloatVector.fromArray(F, c, cAt + LANES));
            u1 = u1.add(FloatVector.fromArray(F, c, cAt + 1 * ldc));
            v1 = v1.add(FloatVector.fromArray(F, c, cAt + 1 * ldc + LANES));
            u2 = u2.add(FloatVector.fromArray(F, c, cAt + 2 * ldc));
            v2 = v2.add(FloatVector.fromArray(F, c, cAt + 2 * ldc + LANES));
            u3 = u3.add(FloatVector.fromArray(F, c, cAt + 3 * ldc));
            v3 = v3.add(FloatVector.fromArray(F, c, cAt + 3 * ldc + LANES));
            u4 = u4.add(FloatVector.fromArray(F, c, cAt + 4 * ldc));
            v4 = v4.add(FloatVector.fromArray(F, c, cAt + 4 * ldc + LANES));
            u5 = u5.add(FloatVector.fromArray(F, c, cAt + 5 * ldc));
            v5 = v5.add(FloatVector.fromArray(F, c, cAt + 5 * ldc + LANES));
        }
        u0.intoArray(c, cAt);
        v0.intoArray(c, cAt + LANES);
        u1.intoArray(c, cAt + 1 * ldc);
        v1.intoArray(c, cAt + 1 * ldc + LANES);
        u2.intoArray(c, cAt + 2 * ldc);
        v2.intoArray(c, cAt + 2 * ldc + LANES);
        u3.intoArray(c, cAt + 3 * ldc);
        v3.intoArray(c, cAt + 3 * ldc + LANES);
        u4.intoArray(c, cAt + 4 * ldc);
        v4.intoArray(c, cAt + 4 * ldc + LANES);
        u5.intoArray(c, cAt + 5 * ldc);
        v5.intoArray(c, cAt + 5 * ldc + LANES);
    }

    private static void rows6(
            float[] a, int aAt, float[] b, int bAt, int kc, float[] c, int cAt, int ldc, boolean add) {
        FloatVector u0 = FloatVector.zero(F);
        FloatVector v0 = FloatVector.zero(F);
        FloatVector u1 = FloatVector.zero(F);
        FloatVector v1 = FloatVector.zero(F);
        FloatVector u2 = FloatVector.zero(F);
        FloatVector v2 = FloatVector.zero(F);
        FloatVector u3 = FloatVector.zero(F);
        FloatVector v3 = FloatVector.zero(F);
        FloatVector u4 = FloatVector.zero(F);
        FloatVector v4 = FloatVector.zero(F);
        FloatVector u5 = FloatVector.zero(F);
        FloatVector v5 = FloatVector.zero(F);
        for (int k = 0; k < kc; k++) {
            FloatVector bu = FloatVector.fromArray(F, b, bAt + k * COLUMNS);
            FloatVector bv = FloatVector.fromArray(F, b, bAt + k * COLUMNS + LANES);
            FloatVector a0 = FloatVector.broadcast(F, a[aAt + k]);
            u0 = a0.fma(bu, u0);
            v0 = a0.fma(bv, v0);
            FloatVector a1 = FloatVector.broadcast(F, a[aAt + k + 1 * ROW_STRIDE]);
            u1 = a1.fma(bu, u1);
            v1 = a1.fma(bv, v1);
            FloatVector a2 = FloatVector.broadcast(F, a[aAt + k + 2 * ROW_STRIDE]);
            u2 = a2.fma(bu, u2);
            v2 = a2.fma(bv, v2);
            FloatVector a3 = FloatVector.broadcast(F, a[aAt + k + 3 * ROW_STRIDE]);
            u3 = a3.fma(bu, u3);
            v3 = a3.fma(bv, v3);
            FloatVector a4 = FloatVector.broadcast(F, a[aAt + k + 4 * ROW_STRIDE]);
            u4 = a4.fma(bu, u4);
            v4 = a4.fma(bv, v4);
            FloatVector a5 = FloatVector.broadcast(F, a[aAt + k + 5 * ROW_STRIDE]);
            u5 = a5.fma(bu, u5);
            v5 = a5.fma(bv, v5);
        }
        if (add) {
            u0 = u0.add(FloatVector.fromArray(F, c, cAt));
            v0 = v0.add(FloatVector.fromArray(F, c, cAt + LANES));
            u1 = u1.add(FloatVector.fromArray(F, c, cAt + 1 * ldc));
            v1 = v1.add(FloatVector.fromArray(F, c, cAt + 1 * ldc + LANES));
            u2 = u2.add(FloatVector.fromArray(F, c, cAt + 2 * ldc));
            v2 = v2.add(FloatVector.fromArray(F, c, cAt + 2 * ldc + LANES));
            u3 = u3.add(FloatVector.fromArray(F, c, cAt + 3 * ldc));
            v3 = v3.add(FloatVector.fromArray(F, c, cAt + 3 * ldc + LANES));
            u4 = u4.add(FloatVector.fromArray(F, c, cAt + 4 * ldc));
            v4 = v4.add(FloatVector.fromArray(F, c, cAt + 4 * ldc + LANES));
            u5 = u5.add(FloatVector.fromArray(F, c, cAt + 5 * ldc));
            v5 = v5.add(FloatVector.fromArray(F, c, cAt + 5 * ldc + LANES));
        }
        u0.intoArray(c, cAt);
        v0.intoArray(c, cAt + LANES);
        u1.intoArray(c, cAt + 1 * ldc);
        v1.intoArray(c, cAt + 1 * ldc + LANES);
        u2.intoArray(c, cAt + 2 * ldc);
        v2.intoArray(c, cAt + 2 * ldc + LANES);
        u3.intoArray(c, cAt + 3 * ldc);
        v3.intoArray(c, cAt + 3 * ldc + LANES);
        u4.intoArray(c, cAt + 4 * ldc);
        v4.intoArray(c, cAt + 4 * ldc + LANES);
        u5.intoArray(c, cAt + 5 * ldc);
        v5.intoArray(c, cAt + 5 * ldc + LANES);
    }

    private static void packed12(
            float[] a, int aAt, float[] b, int bAt, int kc, float[] c, int cAt, int ldc, boolean add) {
        FloatVector u0 = FloatVector.zero(F);
        FloatVector v0 = FloatVector.zero(F);
        FloatVector u1 = FloatVector.zero(F);
        FloatVector v1 = FloatVector.zero(F);
        FloatVector u2 = FloatVector.zero(F);
        FloatVector v2 = FloatVector.zero(F);
        FloatVector u3 = FloatVector.zero(F);
        FloatVector v3 = FloatVector.zero(F);
        FloatVector u4 = FloatVector.zero(F);
        FloatVector v4 = FloatVector.zero(F);
        FloatVector u5 = FloatVector.zero(F);
        FloatVector v5 = FloatVector.zero(F);
        FloatVector u6 = FloatVector.zero(F);
        FloatVector v6 = FloatVector.zero(F);
        FloatVector u7 = FloatVector.zero(F);
        FloatVector v7 = FloatVector.zero(F);
        FloatVector u8 = FloatVector.zero(F);
        FloatVector v8 = FloatVector.zero(F);
        FloatVector u9 = FloatVector.zero(F);
        FloatVector v9 = FloatVector.zero(F);
        FloatVector u10 = FloatVector.zero(F);
        FloatVector v10 = FloatVector.zero(F);
        FloatVector u11 = FloatVector.zero(F);
        FloatVector v11 = FloatVector.zero(F);
        for (int k = 0; k < kc; k++) {
            FloatVector bu = FloatVector.fromArray(F, b, bAt + k * COLUMNS);
            FloatVector bv = FloatVector.fromArray(F, b, bAt + k * COLUMNS + LANES);
            FloatVector a0 = FloatVector.broadcast(F, a[aAt + k * ROWS]);
            u0 = a0.fma(bu, u0);
            v0 = a0.fma(bv, v0);
            FloatVector a1 = FloatVector.broadcast(F, a[aAt + k * ROWS + 1]);
            u1 = a1.fma(bu, u1);
            v1 = a1.fma(bv, v1);
            FloatVector a2 = FloatVector.broadcast(F, a[aAt + k * ROWS + 2]);
            u2 = a2.fma(bu, u2);
            v2 = a2.fma(bv, v2);
            FloatVector a3 = FloatVector.broadcast(F, a[aAt + k * ROWS + 3]);
            u3 = a3.fma(bu, u3);
            v3 = a3.fma(bv, v3);
            FloatVector a4 = FloatVector.broadcast(F, a[aAt + k * ROWS + 4]);
            u4 = a4.fma(bu, u4);
            v4 = a4.fma(bv, v4);
            FloatVector a5 = FloatVector.broadcast(F, a[aAt + k * ROWS + 5]);
            u5 = a5.fma(bu, u5);
            v5 = a5.fma(bv, v5);
            FloatVector a6 = FloatVector.broadcast(F, a[aAt + k * ROWS + 6]);
            u6 = a6.fma(bu, u6);
            v6 = a6.fma(bv, v6);
            FloatVector a7 = FloatVector.broadcast(F, a[aAt + k * ROWS + 7]);
            u7 = a7.fma(bu, u7);
            v7 = a7.fma(bv, v7);
            FloatVector a8 = FloatVector.broadcast(F, a[aAt + k * ROWS + 8]);
            u8 = a8.fma(bu, u8);
            v8 = a8.fma(bv, v8);
            FloatVector a9 = FloatVector.broadcast(F, a[aAt + k * ROWS + 9]);
            u9 = a9.fma(bu, u9);
            v9 = a9.fma(bv, v9);
            FloatVector a10 = FloatVector.broadcast(F, a[aAt + k * ROWS + 10]);
            u10 = a10.fma(bu, u10);
            v10 = a10.fma(bv, v10);
            FloatVector a11 = FloatVector.broadcast(F, a[aAt + k * ROWS + 11]);
            u11 = a11.fma(bu, u11);
            v11 = a11.fma(bv, v11);
        }
        if (add) {
            u0 = u0.add(FloatVector.fromArray(F, c, cAt));
            v0 = v0.add(FloatVector.fromArray(F, c, cAt + LANES));
            u1 = u1.add(FloatVector.fromArray(F, c, cAt + 1 * ldc));
            v1 = v1.add(FloatVector.fromArray(F, c, cAt + 1 * ldc + LANES));
            u2 = u2.add(FloatVector.fromArray(F, c, cAt + 2 * ldc));
            v2 = v2.add(FloatVector.fromArray(F, c, cAt + 2 * ldc + LANES));
            u3 = u3.add(FloatVector.fromArray(F, c, cAt + 3 * ldc));
            v3 = v3.add(FloatVector.fromArray(F, c, cAt + 3 * ldc + LANES));
            u4 = u4.add(FloatVector.fromArray(F, c, cAt + 4 * ldc));
            v4 = v4.add(FloatVector.fromArray(F, c, cAt + 4 * ldc + LANES));
            u5 = u5.add(FloatVector.fromArray(F, c, cAt + 5 * ldc));
            v5 = v5.add(FloatVector.fromArray(F, c, cAt + 5 * ldc + LANES));
            u6 = u6.add(FloatVector.fromArray(F, c, cAt + 6 * ldc));
            v6 = v6.add(FloatVector.fromArray(F, c, cAt + 6 * ldc + LANES));
            u7 = u7.add(FloatVector.fromArray(F, c, cAt + 7 * ldc));
            v7 = v7.add(FloatVector.fromArray(F, c, cAt + 7 * ldc + LANES));
            u8 = u8.add(FloatVector.fromArray(F, c, cAt + 8 * ldc));
            v8 = v8.add(FloatVector.fromArray(F, c, cAt + 8 * ldc + LANES));
            u9 = u9.add(FloatVector.fromArray(F, c, cAt + 9 * ldc));
            v9 = v9.add(FloatVector.fromArray(F, c, cAt + 9 * ldc + LANES));
            u10 = u10.add(FloatVector.fromArray(F, c, cAt + 10 * ldc));
            v10 = v10.add(FloatVector.fromArray(F, c, cAt + 10 * ldc + LANES));
            u11 = u11.add(FloatVector.fromArray(F, c, cAt + 11 * ldc));
            v11 = v11.add(FloatVector.fromArray(F, c, cAt + 11 * ldc + LANES));
        }
        u0.intoArray(c, cAt);
        v0.intoArray(c, cAt + LANES);
        u1.intoArray(c, cAt + 1 * ldc);
        v1.intoArray(c, cAt + 1 * ldc + LANES);
        u2.intoArray(c, cAt + 2 * ldc);
        v2.intoArray(c, cAt + 2 * ldc + LANES);
        u3.intoArray(c, cAt + 3 * ldc);
        v3.intoArray(c, cAt + 3 * ldc + LANES);
        u4.intoArray(c, cAt + 4 * ldc);
        v4.intoArray(c, cAt + 4 * ldc + LANES);
        u5.intoArray(c, cAt + 5 * ldc);
        v5.intoArray(c, cAt + 5 * ldc + LANES);
        u6.intoArray(c, cAt + 6 * ldc);
        v6.intoArray(c, cAt + 6 * ldc + LANES);
        u7.intoArray(c, cAt + 7 * ldc);
        v7.intoArray(c, cAt + 7 * ldc + LANES);
        u8.intoArray(c, cAt + 8 * ldc);
        v8.intoArray(c, cAt + 8 * ldc + LANES);
        u9.intoArray(c, cAt + 9 * ldc);
        v9.intoArray(c, cAt + 9 * ldc + LANES);
        u10.intoArray(c, cAt + 10 * ldc);
        v10.intoArray(c, cAt + 10 * ldc + LANES);
        u11.intoArray(c, cAt + 11 * ldc);
        v11.intoArray(c, cAt + 11 * ldc + LANES);
    }

    private static void packed6(
            float[] a, int aAt, float[] b, int bAt, int kc, float[] c, int cAt, int ldc, boolean add) {
        FloatVector u0 = FloatVector.zero(F);
        FloatVector v0 = FloatVector.zero(F);
        FloatVector u1 = FloatVector.zero(F);
        FloatVector v1 = FloatVector.zero(F);
        FloatVector u2 = FloatVector.zero(F);
        FloatVector v2 = FloatVector.zero(F);
        FloatVector u3 = FloatVector.zero(F);
        FloatVector v3 = FloatVector.zero(F);
        FloatVector u4 = FloatVector.zero(F);
        FloatVector v4 = FloatVector.zero(F);
        FloatVector u5 = FloatVector.zero(F);
        FloatVector v5 = FloatVector.zero(F);
        for (int k = 0; k < kc; k++) {
            FloatVector bu = FloatVector.fromArray(F, b, bAt + k * COLUMNS);
            FloatVector bv = FloatVector.fromArray(F, b, bAt + k * COLUMNS + LANES);
            FloatVector a0 = FloatVector.broadcast(F, a[aAt + k * ROWS]);
            u0 = a0.fma(bu, u0);
            v0 = a0.fma(bv, v0);
            FloatVector a1 = FloatVector.broadcast(F, a[aAt + k * ROWS + 1]);
            u1 = a1.fma(bu, u1);
            v1 = a1.fma(bv, v1);
            FloatVector a2 = FloatVector.broadcast(F, a[aAt + k * ROWS + 2]);
            u2 = a2.fma(bu, u2);
            v2 = a2.fma(bv, v2);
            FloatVector a3 = FloatVector.broadcast(F, a[aAt + k * ROWS + 3]);
            u3 = a3.fma(bu, u3);
            v3 = a3.fma(bv, v3);
            FloatVector a4 = FloatVector.broadcast(F, a[aAt + k * ROWS + 4]);
            u4 = a4.fma(bu, u4);
            v4 = a4.fma(bv, v4);
            FloatVector a5 = FloatVector.broadcast(F, a[aAt + k * ROWS + 5]);
            u5 = a5.fma(bu, u5);
            v5 = a5.fma(bv, v5);
        }
        if (add) {
            u0 = u0.add(FloatVector.fromArray(F, c, cAt));
            v0 = v0.add(FloatVector.fromArray(F, c, cAt + LANES));
            u1 = u1.add(FloatVector.fromArray(F, c, cAt + 1 * ldc));
            v1 = v1.add(FloatVector.fromArray(F, c, cAt + 1 * ldc + LANES));
            u2 = u2.add(FloatVector.fromArray(F, c, cAt + 2 * ldc));
            v2 = v2.add(FloatVector.fromArray(F, c, cAt + 2 * ldc + LANES));
            u3 = u3.add(FloatVector.fromArray(F, c, cAt + 3 * ldc));
            v3 = v3.add(FloatVector.fromArray(F, c, cAt + 3 * ldc + LANES));
            u4 = u4.add(FloatVector.fromArray(F, c, cAt + 4 * ldc));
            v4 = v4.add(FloatVector.fromArray(F, c, cAt + 4 * ldc + LANES));
            u5 = u5.add(FloatVector.fromArray(F, c, cAt + 5 * ldc));
            v5 = v5.add(FloatVector.fromArray(F, c, cAt + 5 * ldc + LANES));
        }
        u0.intoArray(c, cAt);
        v0.intoArray(c, cAt + LANES);
        u1.intoArray(c, cAt + 1 * ldc);
        v1.intoArray(c, cAt + 1 * ldc + LANES);
        u2.intoArray(c, cAt + 2 * ldc);
        v2.intoArray(c, cAt + 2 * ldc + LANES);
        u3.intoArray(c, cAt + 3 * ldc);
        v3.intoArray(c, cAt + 3 * ldc + LANES);
        u4.intoArray(c, cAt + 4 * ldc);
        v4.intoArray(c, cAt + 4 * ldc + LANES);
        u5.intoArray(c, cAt + 5 * ldc);
        v5.intoArray(c, cAt + 5 * ldc + LANES);
    }
}
