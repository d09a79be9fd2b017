package org.tornadogpt.kernels.vector;

import static org.tornadogpt.kernels.vector.LanesVector.F;
import static org.tornadogpt.kernels.vector.LanesVector.LANES;

import jdk.incubator.vector.FloatVector;

/**
 * The inner loops of matrix products over heap arrays: one tile of C, held in registers while k runs. A tile is 12 rows of two
 * vectors where vectors have 16 lanes (24 of the 32 registers accumulate) and 6 rows of two where they are narrower (12 of 16).
 * Each element is the sum over k in order, by fused multiply-add.
 *
 * <p>The accumulators are locals written out by hand because C2 keeps only locals in registers; an array of vectors is not.
 */
public final class TileVector {
    /** Rows of a tile. */
    public static final int ROWS = LANES == 16 ? 12 : 6;

    /** Columns of a tile. */
    public static final int COLUMNS = 2 * LANES;

    /** Most columns of a row-major A in {@link #rows}. */
    public static final int DEPTH = 384;

    /**
     * The distance between rows of A in {@link #rows}: a constant, so that one register addresses all rows; more than
     * {@link #DEPTH} by a cache line, so that the rows of a tile fall into different cache sets.
     */
    public static final int ROW_STRIDE = DEPTH + 16;

    private TileVector() {}

    /**
     * {@code C = A B} or {@code C += A B} for one tile of {@link #ROWS} rows and {@code vectors} (1 or 2) vectors.
     *
     * @param a A, k-major: element (r, k) at {@code aAt + k*lda + r}
     * @param b B: element (k, c) at {@code bAt + k*ldb + c}
     * @param c C: element (r, c) at {@code cAt + r*ldc + c}
     */
    public static void columns(
            int vectors,
            float[] a,
            int aAt,
            int lda,
            float[] b,
            int bAt,
            int ldb,
            int kc,
            float[] c,
            int cAt,
            int ldc,
            boolean add) {
        if (LANES == 16) {
            if (vectors == 2) {
                columns12x2(a, aAt, lda, b, bAt, ldb, kc, c, cAt, ldc, add);
            } else {
                columns12x1(a, aAt, lda, b, bAt, ldb, kc, c, cAt, ldc, add);
            }
        } else if (vectors == 2) {
            columns6x2(a, aAt, lda, b, bAt, ldb, kc, c, cAt, ldc, add);
        } else {
            columns6x1(a, aAt, lda, b, bAt, ldb, kc, c, cAt, ldc, add);
        }
    }

    /** As {@link #columns}, with A row-major: element (r, k) at {@code aAt + r*ROW_STRIDE + k}. */
    public static void rows(
            int vectors,
            float[] a,
            int aAt,
            float[] b,
            int bAt,
            int ldb,
            int kc,
            float[] c,
            int cAt,
            int ldc,
            boolean add) {
        if (LANES == 16) {
            if (vectors == 2) {
                rows12x2(a, aAt, b, bAt, ldb, kc, c, cAt, ldc, add);
            } else {
                rows12x1(a, aAt, b, bAt, ldb, kc, c, cAt, ldc, add);
            }
        } else if (vectors == 2) {
            rows6x2(a, aAt, b, bAt, ldb, kc, c, cAt, ldc, add);
        } else {
            rows6x1(a, aAt, b, bAt, ldb, kc, c, cAt, ldc, add);
        }
    }

    private static void columns12x2(
            float[] a,
            int aAt,
            int lda,
            float[] b,
            int bAt,
            int ldb,
            int kc,
            float[] c,
            int cAt,
            int ldc,
            boolean add) {
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
        int ai = aAt;
        int bi = bAt;
        for (int k = 0; k < kc; k++) {
            FloatVector bu = FloatVector.fromArray(F, b, bi);
            FloatVector bv = FloatVector.fromArray(F, b, bi + LANES);
            FloatVector a0 = FloatVector.broadcast(F, a[ai]);
            u0 = a0.fma(bu, u0);
            v0 = a0.fma(bv, v0);
            FloatVector a1 = FloatVector.broadcast(F, a[ai + 1]);
            u1 = a1.fma(bu, u1);
            v1 = a1.fma(bv, v1);
            FloatVector a2 = FloatVector.broadcast(F, a[ai + 2]);
            u2 = a2.fma(bu, u2);
            v2 = a2.fma(bv, v2);
            FloatVector a3 = FloatVector.broadcast(F, a[ai + 3]);
            u3 = a3.fma(bu, u3);
            v3 = a3.fma(bv, v3);
            FloatVector a4 = FloatVector.broadcast(F, a[ai + 4]);
            u4 = a4.fma(bu, u4);
            v4 = a4.fma(bv, v4);
            FloatVector a5 = FloatVector.broadcast(F, a[ai + 5]);
            u5 = a5.fma(bu, u5);
            v5 = a5.fma(bv, v5);
            FloatVector a6 = FloatVector.broadcast(F, a[ai + 6]);
            u6 = a6.fma(bu, u6);
            v6 = a6.fma(bv, v6);
            FloatVector a7 = FloatVector.broadcast(F, a[ai + 7]);
            u7 = a7.fma(bu, u7);
            v7 = a7.fma(bv, v7);
            FloatVector a8 = FloatVector.broadcast(F, a[ai + 8]);
            u8 = a8.fma(bu, u8);
            v8 = a8.fma(bv, v8);
            FloatVector a9 = FloatVector.broadcast(F, a[ai + 9]);
            u9 = a9.fma(bu, u9);
            v9 = a9.fma(bv, v9);
            FloatVector a10 = FloatVector.broadcast(F, a[ai + 10]);
            u10 = a10.fma(bu, u10);
            v10 = a10.fma(bv, v10);
            FloatVector a11 = FloatVector.broadcast(F, a[ai + 11]);
            u11 = a11.fma(bu, u11);
            v11 = a11.fma(bv, v11);
            ai += lda;
            bi += ldb;
        }
        put2(c, cAt, u0, v0, add);
        put2(c, cAt + 1 * ldc, u1, v1, add);
        put2(c, cAt + 2 * ldc, u2, v2, add);
        put2(c, cAt + 3 * ldc, u3, v3, add);
        put2(c, cAt + 4 * ldc, u4, v4, add);
        put2(c, cAt + 5 * ldc, u5, v5, add);
        put2(c, cAt + 6 * ldc, u6, v6, add);
        put2(c, cAt + 7 * ldc, u7, v7, add);
        put2(c, cAt + 8 * ldc, u8, v8, add);
        put2(c, cAt + 9 * ldc, u9, v9, add);
        put2(c, cAt + 10 * ldc, u10, v10, add);
        put2(c, cAt + 11 * ldc, u11, v11, add);
    }

    private static void rows12x2(
            float[] a, int aAt, float[] b, int bAt, int ldb, int kc, float[] c, int cAt, int ldc, boolean add) {
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
        int ai = aAt;
        int bi = bAt;
        for (int k = 0; k < kc; k++) {
            FloatVector bu = FloatVector.fromArray(F, b, bi);
            FloatVector bv = FloatVector.fromArray(F, b, bi + LANES);
            FloatVector a0 = FloatVector.broadcast(F, a[ai]);
            u0 = a0.fma(bu, u0);
            v0 = a0.fma(bv, v0);
            FloatVector a1 = FloatVector.broadcast(F, a[ai + 1 * ROW_STRIDE]);
            u1 = a1.fma(bu, u1);
            v1 = a1.fma(bv, v1);
            FloatVector a2 = FloatVector.broadcast(F, a[ai + 2 * ROW_STRIDE]);
            u2 = a2.fma(bu, u2);
            v2 = a2.fma(bv, v2);
            FloatVector a3 = FloatVector.broadcast(F, a[ai + 3 * ROW_STRIDE]);
            u3 = a3.fma(bu, u3);
            v3 = a3.fma(bv, v3);
            FloatVector a4 = FloatVector.broadcast(F, a[ai + 4 * ROW_STRIDE]);
            u4 = a4.fma(bu, u4);
            v4 = a4.fma(bv, v4);
            FloatVector a5 = FloatVector.broadcast(F, a[ai + 5 * ROW_STRIDE]);
            u5 = a5.fma(bu, u5);
            v5 = a5.fma(bv, v5);
            FloatVector a6 = FloatVector.broadcast(F, a[ai + 6 * ROW_STRIDE]);
            u6 = a6.fma(bu, u6);
            v6 = a6.fma(bv, v6);
            FloatVector a7 = FloatVector.broadcast(F, a[ai + 7 * ROW_STRIDE]);
            u7 = a7.fma(bu, u7);
            v7 = a7.fma(bv, v7);
            FloatVector a8 = FloatVector.broadcast(F, a[ai + 8 * ROW_STRIDE]);
            u8 = a8.fma(bu, u8);
            v8 = a8.fma(bv, v8);
            FloatVector a9 = FloatVector.broadcast(F, a[ai + 9 * ROW_STRIDE]);
            u9 = a9.fma(bu, u9);
            v9 = a9.fma(bv, v9);
            FloatVector a10 = FloatVector.broadcast(F, a[ai + 10 * ROW_STRIDE]);
            u10 = a10.fma(bu, u10);
            v10 = a10.fma(bv, v10);
            FloatVector a11 = FloatVector.broadcast(F, a[ai + 11 * ROW_STRIDE]);
            u11 = a11.fma(bu, u11);
            v11 = a11.fma(bv, v11);
            ai += 1;
            bi += ldb;
        }
        put2(c, cAt, u0, v0, add);
        put2(c, cAt + 1 * ldc, u1, v1, add);
        put2(c, cAt + 2 * ldc, u2, v2, add);
        put2(c, cAt + 3 * ldc, u3, v3, add);
        put2(c, cAt + 4 * ldc, u4, v4, add);
        put2(c, cAt + 5 * ldc, u5, v5, add);
        put2(c, cAt + 6 * ldc, u6, v6, add);
        put2(c, cAt + 7 * ldc, u7, v7, add);
        put2(c, cAt + 8 * ldc, u8, v8, add);
        put2(c, cAt + 9 * ldc, u9, v9, add);
        put2(c, cAt + 10 * ldc, u10, v10, add);
        put2(c, cAt + 11 * ldc, u11, v11, add);
    }

    private static void columns12x1(
            float[] a,
            int aAt,
            int lda,
            float[] b,
            int bAt,
            int ldb,
            int kc,
            float[] c,
            int cAt,
            int ldc,
            boolean add) {
        FloatVector u0 = FloatVector.zero(F);
        FloatVector u1 = FloatVector.zero(F);
        FloatVector u2 = FloatVector.zero(F);
        FloatVector u3 = FloatVector.zero(F);
        FloatVector u4 = FloatVector.zero(F);
        FloatVector u5 = FloatVector.zero(F);
        FloatVector u6 = FloatVector.zero(F);
        FloatVector u7 = FloatVector.zero(F);
        FloatVector u8 = FloatVector.zero(F);
        FloatVector u9 = FloatVector.zero(F);
        FloatVector u10 = FloatVector.zero(F);
        FloatVector u11 = FloatVector.zero(F);
        int ai = aAt;
        int bi = bAt;
        for (int k = 0; k < kc; k++) {
            FloatVector bu = FloatVector.fromArray(F, b, bi);
            FloatVector a0 = FloatVector.broadcast(F, a[ai]);
            u0 = a0.fma(bu, u0);
            FloatVector a1 = FloatVector.broadcast(F, a[ai + 1]);
            u1 = a1.fma(bu, u1);
            FloatVector a2 = FloatVector.broadcast(F, a[ai + 2]);
            u2 = a2.fma(bu, u2);
            FloatVector a3 = FloatVector.broadcast(F, a[ai + 3]);
            u3 = a3.fma(bu, u3);
            FloatVector a4 = FloatVector.broadcast(F, a[ai + 4]);
            u4 = a4.fma(bu, u4);
            FloatVector a5 = FloatVector.broadcast(F, a[ai + 5]);
            u5 = a5.fma(bu, u5);
            FloatVector a6 = FloatVector.broadcast(F, a[ai + 6]);
            u6 = a6.fma(bu, u6);
            FloatVector a7 = FloatVector.broadcast(F, a[ai + 7]);
            u7 = a7.fma(bu, u7);
            FloatVector a8 = FloatVector.broadcast(F, a[ai + 8]);
            u8 = a8.fma(bu, u8);
            FloatVector a9 = FloatVector.broadcast(F, a[ai + 9]);
            u9 = a9.fma(bu, u9);
            FloatVector a10 = FloatVector.broadcast(F, a[ai + 10]);
            u10 = a10.fma(bu, u10);
            FloatVector a11 = FloatVector.broadcast(F, a[ai + 11]);
            u11 = a11.fma(bu, u11);
            ai += lda;
            bi += ldb;
        }
        put1(c, cAt, u0, add);
        put1(c, cAt + 1 * ldc, u1, add);
        put1(c, cAt + 2 * ldc, u2, add);
        put1(c, cAt + 3 * ldc, u3, add);
        put1(c, cAt + 4 * ldc, u4, add);
        put1(c, cAt + 5 * ldc, u5, add);
        put1(c, cAt + 6 * ldc, u6, add);
        put1(c, cAt + 7 * ldc, u7, add);
        put1(c, cAt + 8 * ldc, u8, add);
        put1(c, cAt + 9 * ldc, u9, add);
        put1(c, cAt + 10 * ldc, u10, add);
        put1(c, cAt + 11 * ldc, u11, add);
    }

    private static void rows12x1(
            float[] a, int aAt, float[] b, int bAt, int ldb, int kc, float[] c, int cAt, int ldc, boolean add) {
        FloatVector u0 = FloatVector.zero(F);
        FloatVector u1 = FloatVector.zero(F);
        FloatVector u2 = FloatVector.zero(F);
        FloatVector u3 = FloatVector.zero(F);
        FloatVector u4 = FloatVector.zero(F);
        FloatVector u5 = FloatVector.zero(F);
        FloatVector u6 = FloatVector.zero(F);
        FloatVector u7 = FloatVector.zero(F);
        FloatVector u8 = FloatVector.zero(F);
        FloatVector u9 = FloatVector.zero(F);
        FloatVector u10 = FloatVector.zero(F);
        FloatVector u11 = FloatVector.zero(F);
        int ai = aAt;
        int bi = bAt;
        for (int k = 0; k < kc; k++) {
            FloatVector bu = FloatVector.fromArray(F, b, bi);
            FloatVector a0 = FloatVector.broadcast(F, a[ai]);
            u0 = a0.fma(bu, u0);
            FloatVector a1 = FloatVector.broadcast(F, a[ai + 1 * ROW_STRIDE]);
            u1 = a1.fma(bu, u1);
            FloatVector a2 = FloatVector.broadcast(F, a[ai + 2 * ROW_STRIDE]);
            u2 = a2.fma(bu, u2);
            FloatVector a3 = FloatVector.broadcast(F, a[ai + 3 * ROW_STRIDE]);
            u3 = a3.fma(bu, u3);
            FloatVector a4 = FloatVector.broadcast(F, a[ai + 4 * ROW_STRIDE]);
            u4 = a4.fma(bu, u4);
            FloatVector a5 = FloatVector.broadcast(F, a[ai + 5 * ROW_STRIDE]);
            u5 = a5.fma(bu, u5);
            FloatVector a6 = FloatVector.broadcast(F, a[ai + 6 * ROW_STRIDE]);
            u6 = a6.fma(bu, u6);
            FloatVector a7 = FloatVector.broadcast(F, a[ai + 7 * ROW_STRIDE]);
            u7 = a7.fma(bu, u7);
            FloatVector a8 = FloatVector.broadcast(F, a[ai + 8 * ROW_STRIDE]);
            u8 = a8.fma(bu, u8);
            FloatVector a9 = FloatVector.broadcast(F, a[ai + 9 * ROW_STRIDE]);
            u9 = a9.fma(bu, u9);
            FloatVector a10 = FloatVector.broadcast(F, a[ai + 10 * ROW_STRIDE]);
            u10 = a10.fma(bu, u10);
            FloatVector a11 = FloatVector.broadcast(F, a[ai + 11 * ROW_STRIDE]);
            u11 = a11.fma(bu, u11);
            ai += 1;
            bi += ldb;
        }
        put1(c, cAt, u0, add);
        put1(c, cAt + 1 * ldc, u1, add);
        put1(c, cAt + 2 * ldc, u2, add);
        put1(c, cAt + 3 * ldc, u3, add);
        put1(c, cAt + 4 * ldc, u4, add);
        put1(c, cAt + 5 * ldc, u5, add);
        put1(c, cAt + 6 * ldc, u6, add);
        put1(c, cAt + 7 * ldc, u7, add);
        put1(c, cAt + 8 * ldc, u8, add);
        put1(c, cAt + 9 * ldc, u9, add);
        put1(c, cAt + 10 * ldc, u10, add);
        put1(c, cAt + 11 * ldc, u11, add);
    }

    private static void columns6x2(
            float[] a,
            int aAt,
            int lda,
            float[] b,
            int bAt,
            int ldb,
            int kc,
            float[] c,
            int cAt,
            int ldc,
            boolean add) {
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
        int ai = aAt;
        int bi = bAt;
        for (int k = 0; k < kc; k++) {
            FloatVector bu = FloatVector.fromArray(F, b, bi);
            FloatVector bv = FloatVector.fromArray(F, b, bi + LANES);
            FloatVector a0 = FloatVector.broadcast(F, a[ai]);
            u0 = a0.fma(bu, u0);
            v0 = a0.fma(bv, v0);
            FloatVector a1 = FloatVector.broadcast(F, a[ai + 1]);
            u1 = a1.fma(bu, u1);
            v1 = a1.fma(bv, v1);
            FloatVector a2 = FloatVector.broadcast(F, a[ai + 2]);
            u2 = a2.fma(bu, u2);
            v2 = a2.fma(bv, v2);
            FloatVector a3 = FloatVector.broadcast(F, a[ai + 3]);
            u3 = a3.fma(bu, u3);
            v3 = a3.fma(bv, v3);
            FloatVector a4 = FloatVector.broadcast(F, a[ai + 4]);
            u4 = a4.fma(bu, u4);
            v4 = a4.fma(bv, v4);
            FloatVector a5 = FloatVector.broadcast(F, a[ai + 5]);
            u5 = a5.fma(bu, u5);
            v5 = a5.fma(bv, v5);
            ai += lda;
            bi += ldb;
        }
        put2(c, cAt, u0, v0, add);
        put2(c, cAt + 1 * ldc, u1, v1, add);
        put2(c, cAt + 2 * ldc, u2, v2, add);
        put2(c, cAt + 3 * ldc, u3, v3, add);
        put2(c, cAt + 4 * ldc, u4, v4, add);
        put2(c, cAt + 5 * ldc, u5, v5, add);
    }

    private static void rows6x2(
            float[] a, int aAt, float[] b, int bAt, int ldb, int kc, float[] c, int cAt, int ldc, boolean add) {
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
        int ai = aAt;
        int bi = bAt;
        for (int k = 0; k < kc; k++) {
            FloatVector bu = FloatVector.fromArray(F, b, bi);
            FloatVector bv = FloatVector.fromArray(F, b, bi + LANES);
            FloatVector a0 = FloatVector.broadcast(F, a[ai]);
            u0 = a0.fma(bu, u0);
            v0 = a0.fma(bv, v0);
            FloatVector a1 = FloatVector.broadcast(F, a[ai + 1 * ROW_STRIDE]);
            u1 = a1.fma(bu, u1);
            v1 = a1.fma(bv, v1);
            FloatVector a2 = FloatVector.broadcast(F, a[ai + 2 * ROW_STRIDE]);
            u2 = a2.fma(bu, u2);
            v2 = a2.fma(bv, v2);
            FloatVector a3 = FloatVector.broadcast(F, a[ai + 3 * ROW_STRIDE]);
            u3 = a3.fma(bu, u3);
            v3 = a3.fma(bv, v3);
            FloatVector a4 = FloatVector.broadcast(F, a[ai + 4 * ROW_STRIDE]);
            u4 = a4.fma(bu, u4);
            v4 = a4.fma(bv, v4);
            FloatVector a5 = FloatVector.broadcast(F, a[ai + 5 * ROW_STRIDE]);
            u5 = a5.fma(bu, u5);
            v5 = a5.fma(bv, v5);
            ai += 1;
            bi += ldb;
        }
        put2(c, cAt, u0, v0, add);
        put2(c, cAt + 1 * ldc, u1, v1, add);
        put2(c, cAt + 2 * ldc, u2, v2, add);
        put2(c, cAt + 3 * ldc, u3, v3, add);
        put2(c, cAt + 4 * ldc, u4, v4, add);
        put2(c, cAt + 5 * ldc, u5, v5, add);
    }

    private static void columns6x1(
            float[] a,
            int aAt,
            int lda,
            float[] b,
            int bAt,
            int ldb,
            int kc,
            float[] c,
            int cAt,
            int ldc,
            boolean add) {
        FloatVector u0 = FloatVector.zero(F);
        FloatVector u1 = FloatVector.zero(F);
        FloatVector u2 = FloatVector.zero(F);
        FloatVector u3 = FloatVector.zero(F);
        FloatVector u4 = FloatVector.zero(F);
        FloatVector u5 = FloatVector.zero(F);
        int ai = aAt;
        int bi = bAt;
        for (int k = 0; k < kc; k++) {
            FloatVector bu = FloatVector.fromArray(F, b, bi);
            FloatVector a0 = FloatVector.broadcast(F, a[ai]);
            u0 = a0.fma(bu, u0);
            FloatVector a1 = FloatVector.broadcast(F, a[ai + 1]);
            u1 = a1.fma(bu, u1);
            FloatVector a2 = FloatVector.broadcast(F, a[ai + 2]);
            u2 = a2.fma(bu, u2);
            FloatVector a3 = FloatVector.broadcast(F, a[ai + 3]);
            u3 = a3.fma(bu, u3);
            FloatVector a4 = FloatVector.broadcast(F, a[ai + 4]);
            u4 = a4.fma(bu, u4);
            FloatVector a5 = FloatVector.broadcast(F, a[ai + 5]);
            u5 = a5.fma(bu, u5);
            ai += lda;
            bi += ldb;
        }
        put1(c, cAt, u0, add);
        put1(c, cAt + 1 * ldc, u1, add);
        put1(c, cAt + 2 * ldc, u2, add);
        put1(c, cAt + 3 * ldc, u3, add);
        put1(c, cAt + 4 * ldc, u4, add);
        put1(c, cAt + 5 * ldc, u5, add);
    }

    private static void rows6x1(
            float[] a, int aAt, float[] b, int bAt, int ldb, int kc, float[] c, int cAt, int ldc, boolean add) {
        FloatVector u0 = FloatVector.zero(F);
        FloatVector u1 = FloatVector.zero(F);
        FloatVector u2 = FloatVector.zero(F);
        FloatVector u3 = FloatVector.zero(F);
        FloatVector u4 = FloatVector.zero(F);
        FloatVector u5 = FloatVector.zero(F);
        int ai = aAt;
        int bi = bAt;
        for (int k = 0; k < kc; k++) {
            FloatVector bu = FloatVector.fromArray(F, b, bi);
            FloatVector a0 = FloatVector.broadcast(F, a[ai]);
            u0 = a0.fma(bu, u0);
            FloatVector a1 = FloatVector.broadcast(F, a[ai + 1 * ROW_STRIDE]);
            u1 = a1.fma(bu, u1);
            FloatVector a2 = FloatVector.broadcast(F, a[ai + 2 * ROW_STRIDE]);
            u2 = a2.fma(bu, u2);
            FloatVector a3 = FloatVector.broadcast(F, a[ai + 3 * ROW_STRIDE]);
            u3 = a3.fma(bu, u3);
            FloatVector a4 = FloatVector.broadcast(F, a[ai + 4 * ROW_STRIDE]);
            u4 = a4.fma(bu, u4);
            FloatVector a5 = FloatVector.broadcast(F, a[ai + 5 * ROW_STRIDE]);
            u5 = a5.fma(bu, u5);
            ai += 1;
            bi += ldb;
        }
        put1(c, cAt, u0, add);
        put1(c, cAt + 1 * ldc, u1, add);
        put1(c, cAt + 2 * ldc, u2, add);
        put1(c, cAt + 3 * ldc, u3, add);
        put1(c, cAt + 4 * ldc, u4, add);
        put1(c, cAt + 5 * ldc, u5, add);
    }

    private static void put2(float[] c, int at, FloatVector u, FloatVector v, boolean add) {
        put1(c, at, u, add);
        put1(c, at + LANES, v, add);
    }

    private static void put1(float[] c, int at, FloatVector u, boolean add) {
        if (add) {
            u.add(FloatVector.fromArray(F, c, at)).intoArray(c, at);
        } else {
            u.intoArray(c, at);
        }
    }
}
