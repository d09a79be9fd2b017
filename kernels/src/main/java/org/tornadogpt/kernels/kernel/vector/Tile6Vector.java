package org.tornadogpt.kernels.kernel.vector;

import static org.tornadogpt.kernels.kernel.vector.LanesVector.F;
import static org.tornadogpt.kernels.kernel.vector.LanesVector.LANES;
import static org.tornadogpt.kernels.kernel.vector.TileVector.COLUMNS;
import static org.tornadogpt.kernels.kernel.vector.TileVector.ROWS;
import static org.tornadogpt.kernels.kernel.vector.TileVector.ROW_STRIDE;

import jdk.incubator.vector.FloatVector;

/**
 * The forms of {@link TileVector}, which says what they compute, for tiles of 6 rows of two vectors: 12 of the 16
 * registers that there may be where vectors have 4 or 8 lanes.
 */
final class Tile6Vector {
    private Tile6Vector() {}

    static void columns(float[] a, int aAt, float[] b, int bAt, int kc, float[] c, int cAt, int ldc, boolean add) {
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

    static void packed(float[] a, int aAt, float[] b, int bAt, int kc, float[] c, int cAt, int ldc, boolean add) {
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

    static void rows(float[] a, int aAt, float[] b, int bAt, int kc, float[] c, int cAt, int ldc, boolean add) {
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
}
