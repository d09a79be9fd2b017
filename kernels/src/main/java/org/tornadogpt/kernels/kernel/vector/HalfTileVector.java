package org.tornadogpt.kernels.kernel.vector;

import static org.tornadogpt.kernels.kernel.vector.LanesVector.F;
import static org.tornadogpt.kernels.kernel.vector.TileVector.COLUMNS;
import static org.tornadogpt.kernels.kernel.vector.TileVector.ROW_STRIDE;

import jdk.incubator.vector.FloatVector;

/**
 * The forms of {@link TileVector} that compute only the first vector of each row, for 6 rows. Tiles of 12 are two of
 * these: their six chains of multiply-adds are as quick as twelve where a processor begins one in each cycle and needs
 * four for it.
 */
final class HalfTileVector {
    /** Rows of a tile. */
    static final int ROWS = 6;

    private HalfTileVector() {}

    static void columns(float[] a, int aAt, float[] b, int bAt, int kc, float[] c, int cAt, int ldc, boolean add) {
        FloatVector u0 = FloatVector.zero(F);
        FloatVector u1 = FloatVector.zero(F);
        FloatVector u2 = FloatVector.zero(F);
        FloatVector u3 = FloatVector.zero(F);
        FloatVector u4 = FloatVector.zero(F);
        FloatVector u5 = FloatVector.zero(F);
        for (int k = 0; k < kc; k++) {
            FloatVector bu = FloatVector.fromArray(F, b, bAt + k * COLUMNS);
            u0 = FloatVector.broadcast(F, a[aAt + k * ROW_STRIDE]).fma(bu, u0);
            u1 = FloatVector.broadcast(F, a[aAt + k * ROW_STRIDE + 1]).fma(bu, u1);
            u2 = FloatVector.broadcast(F, a[aAt + k * ROW_STRIDE + 2]).fma(bu, u2);
            u3 = FloatVector.broadcast(F, a[aAt + k * ROW_STRIDE + 3]).fma(bu, u3);
            u4 = FloatVector.broadcast(F, a[aAt + k * ROW_STRIDE + 4]).fma(bu, u4);
            u5 = FloatVector.broadcast(F, a[aAt + k * ROW_STRIDE + 5]).fma(bu, u5);
        }
        if (add) {
            u0 = u0.add(FloatVector.fromArray(F, c, cAt));
            u1 = u1.add(FloatVector.fromArray(F, c, cAt + 1 * ldc));
            u2 = u2.add(FloatVector.fromArray(F, c, cAt + 2 * ldc));
            u3 = u3.add(FloatVector.fromArray(F, c, cAt + 3 * ldc));
            u4 = u4.add(FloatVector.fromArray(F, c, cAt + 4 * ldc));
            u5 = u5.add(FloatVector.fromArray(F, c, cAt + 5 * ldc));
        }
        u0.intoArray(c, cAt);
        u1.intoArray(c, cAt + 1 * ldc);
        u2.intoArray(c, cAt + 2 * ldc);
        u3.intoArray(c, cAt + 3 * ldc);
        u4.intoArray(c, cAt + 4 * ldc);
        u5.intoArray(c, cAt + 5 * ldc);
    }

    static void rows(float[] a, int aAt, float[] b, int bAt, int kc, float[] c, int cAt, int ldc, boolean add) {
        FloatVector u0 = FloatVector.zero(F);
        FloatVector u1 = FloatVector.zero(F);
        FloatVector u2 = FloatVector.zero(F);
        FloatVector u3 = FloatVector.zero(F);
        FloatVector u4 = FloatVector.zero(F);
        FloatVector u5 = FloatVector.zero(F);
        for (int k = 0; k < kc; k++) {
            FloatVector bu = FloatVector.fromArray(F, b, bAt + k * COLUMNS);
            u0 = FloatVector.broadcast(F, a[aAt + k]).fma(bu, u0);
            u1 = FloatVector.broadcast(F, a[aAt + k + 1 * ROW_STRIDE]).fma(bu, u1);
            u2 = FloatVector.broadcast(F, a[aAt + k + 2 * ROW_STRIDE]).fma(bu, u2);
            u3 = FloatVector.broadcast(F, a[aAt + k + 3 * ROW_STRIDE]).fma(bu, u3);
            u4 = FloatVector.broadcast(F, a[aAt + k + 4 * ROW_STRIDE]).fma(bu, u4);
            u5 = FloatVector.broadcast(F, a[aAt + k + 5 * ROW_STRIDE]).fma(bu, u5);
        }
        if (add) {
            u0 = u0.add(FloatVector.fromArray(F, c, cAt));
            u1 = u1.add(FloatVector.fromArray(F, c, cAt + 1 * ldc));
            u2 = u2.add(FloatVector.fromArray(F, c, cAt + 2 * ldc));
            u3 = u3.add(FloatVector.fromArray(F, c, cAt + 3 * ldc));
            u4 = u4.add(FloatVector.fromArray(F, c, cAt + 4 * ldc));
            u5 = u5.add(FloatVector.fromArray(F, c, cAt + 5 * ldc));
        }
        u0.intoArray(c, cAt);
        u1.intoArray(c, cAt + 1 * ldc);
        u2.intoArray(c, cAt + 2 * ldc);
        u3.intoArray(c, cAt + 3 * ldc);
        u4.intoArray(c, cAt + 4 * ldc);
        u5.intoArray(c, cAt + 5 * ldc);
    }
}
