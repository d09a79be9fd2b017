package org.tornadogpt.kernels.ops.attention;

import org.tornadogpt.kernels.kernel.random.Philox;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The queries' gradients of {@link CausalAttentionFlashGroup}: a group has {@value FlashTile#TILE} queries of one head and goes through
 * the keys up to the diagonal; probabilities are computed anew from the saved sums (Dao 2023, algorithm 2).
 */
final class FlashQueriesGroup {
    private static final int TILE = FlashTile.TILE;
    private static final int SIDE = FlashTile.SIDE;
    private static final int DEPTH = FlashTile.DEPTH;
    private static final int SLICE = FlashTile.SLICE;
    private static final int LINE = FlashTile.LINE;
    private static final int WIDE = FlashTile.WIDE;

    private FlashQueriesGroup() {}

    /**
     * {@code dq[i] = sum_j ds k[j] / sqrt(D)}; overwrites. The numbers of the offsets of dqkv, dout, qkv, saved, the dropout's site, delta
     * and D (once more, so that loops over it stay loops) follow each other.
     *
     * @param first number of dqkv's offset
     * @param delta dout·out for each row
     * @param a the one array that all others lie in
     */
    public static void kFlashBackwardQueries(
            KernelContext context,
            IntArray offsets,
            int first,
            FloatArray delta,
            IntArray counters,
            FloatArray a,
            int T,
            int H,
            int G,
            int D,
            int threshold,
            float scale) {
        float[] qSlice = context.allocateFloatLocalArray(DEPTH * SLICE);
        float[] kSlice = context.allocateFloatLocalArray(DEPTH * SLICE);
        float[] gSlice = context.allocateFloatLocalArray(DEPTH * SLICE);
        float[] vSlice = context.allocateFloatLocalArray(DEPTH * SLICE);
        float[] weights = context.allocateFloatLocalArray(TILE * LINE);
        float[] rows = context.allocateFloatLocalArray(DEPTH * WIDE);
        int tx = context.localIdx;
        int ty = context.localIdy;
        int lid = ty * SIDE + tx;
        int sliceTerm = lid & (DEPTH - 1);
        int sliceRow = lid >> 4;
        int sliceTo = sliceTerm * SLICE + sliceRow;
        int wideBits = D > TILE ? 7 : 6;
        int wideColumn = lid & ((1 << wideBits) - 1);
        int rowsAtOnce = (SIDE * SIDE) >> wideBits;
        int tile = (T - 1) / TILE - context.groupIdx;
        int i0 = tile * TILE;
        int bh = context.groupIdy;
        int batch = bh / H;
        int head = bh - batch * H;
        int keyHead = head / (H / G);
        int width = (H + 2 * G) * D;
        int outWidth = H * D;
        int packed = offsets.get(first + 2) + batch * T * width;
        int queries = packed + head * D;
        int keys = packed + (H + keyHead) * D;
        int valuesAt = packed + (H + G + keyHead) * D;
        int gradients = offsets.get(first + 1) + batch * T * outWidth + head * D;
        int site = offsets.get(first + 4);
        int channels = offsets.get(first + 6);
        float root = 1f / TornadoMath.sqrt((float) D);
        int savedAt = offsets.get(first + 3) + bh * T;
        int deltaAt = offsets.get(first + 5) + bh * T;
        float lse0 = a.get(savedAt + FlashTile.within(i0 + ty + 0, T));
        float delta0 = delta.get(deltaAt + FlashTile.within(i0 + ty + 0, T));
        float lse1 = a.get(savedAt + FlashTile.within(i0 + ty + 16, T));
        float delta1 = delta.get(deltaAt + FlashTile.within(i0 + ty + 16, T));
        float lse2 = a.get(savedAt + FlashTile.within(i0 + ty + 32, T));
        float delta2 = delta.get(deltaAt + FlashTile.within(i0 + ty + 32, T));
        float lse3 = a.get(savedAt + FlashTile.within(i0 + ty + 48, T));
        float delta3 = delta.get(deltaAt + FlashTile.within(i0 + ty + 48, T));
        float o00 = 0f;
        float o01 = 0f;
        float o02 = 0f;
        float o03 = 0f;
        float o04 = 0f;
        float o05 = 0f;
        float o06 = 0f;
        float o07 = 0f;
        float o10 = 0f;
        float o11 = 0f;
        float o12 = 0f;
        float o13 = 0f;
        float o14 = 0f;
        float o15 = 0f;
        float o16 = 0f;
        float o17 = 0f;
        float o20 = 0f;
        float o21 = 0f;
        float o22 = 0f;
        float o23 = 0f;
        float o24 = 0f;
        float o25 = 0f;
        float o26 = 0f;
        float o27 = 0f;
        float o30 = 0f;
        float o31 = 0f;
        float o32 = 0f;
        float o33 = 0f;
        float o34 = 0f;
        float o35 = 0f;
        float o36 = 0f;
        float o37 = 0f;
        int end = i0 + TILE;
        if (end > T) {
            end = T;
        }
        for (int j0 = 0; j0 < end; j0 += TILE) {
            int span = FlashTile.span(j0, end);
            float s00 = 0f;
            float s01 = 0f;
            float s02 = 0f;
            float s03 = 0f;
            float s10 = 0f;
            float s11 = 0f;
            float s12 = 0f;
            float s13 = 0f;
            float s20 = 0f;
            float s21 = 0f;
            float s22 = 0f;
            float s23 = 0f;
            float s30 = 0f;
            float s31 = 0f;
            float s32 = 0f;
            float s33 = 0f;
            float e00 = 0f;
            float e01 = 0f;
            float e02 = 0f;
            float e03 = 0f;
            float e10 = 0f;
            float e11 = 0f;
            float e12 = 0f;
            float e13 = 0f;
            float e20 = 0f;
            float e21 = 0f;
            float e22 = 0f;
            float e23 = 0f;
            float e30 = 0f;
            float e31 = 0f;
            float e32 = 0f;
            float e33 = 0f;
            for (int d0 = 0; d0 < channels; d0 += DEPTH) {
                for (int q = 0; q < 4; q++) {
                    qSlice[sliceTo + 16 * q] =
                            FlashTile.element(a, queries, i0 + sliceRow + 16 * q, T, width, d0 + sliceTerm, D);
                    kSlice[sliceTo + 16 * q] =
                            FlashTile.element(a, keys, j0 + sliceRow + 16 * q, T, width, d0 + sliceTerm, D);
                    gSlice[sliceTo + 16 * q] =
                            FlashTile.element(a, gradients, i0 + sliceRow + 16 * q, T, outWidth, d0 + sliceTerm, D);
                    vSlice[sliceTo + 16 * q] =
                            FlashTile.element(a, valuesAt, j0 + sliceRow + 16 * q, T, width, d0 + sliceTerm, D);
                }
                context.localBarrier();
                for (int d = 0; d < DEPTH; d++) {
                    int rowCell = d * SLICE + ty;
                    int columnCell = d * SLICE + tx;
                    float q0 = qSlice[rowCell];
                    float q1 = qSlice[rowCell + 16];
                    float q2 = qSlice[rowCell + 32];
                    float q3 = qSlice[rowCell + 48];
                    float k0 = kSlice[columnCell];
                    float k1 = kSlice[columnCell + 16];
                    float k2 = kSlice[columnCell + 32];
                    float k3 = kSlice[columnCell + 48];
                    s00 += q0 * k0;
                    s01 += q0 * k1;
                    s02 += q0 * k2;
                    s03 += q0 * k3;
                    s10 += q1 * k0;
                    s11 += q1 * k1;
                    s12 += q1 * k2;
                    s13 += q1 * k3;
                    s20 += q2 * k0;
                    s21 += q2 * k1;
                    s22 += q2 * k2;
                    s23 += q2 * k3;
                    s30 += q3 * k0;
                    s31 += q3 * k1;
                    s32 += q3 * k2;
                    s33 += q3 * k3;
                    float g0 = gSlice[rowCell];
                    float g1 = gSlice[rowCell + 16];
                    float g2 = gSlice[rowCell + 32];
                    float g3 = gSlice[rowCell + 48];
                    float v0 = vSlice[columnCell];
                    float v1 = vSlice[columnCell + 16];
                    float v2 = vSlice[columnCell + 32];
                    float v3 = vSlice[columnCell + 48];
                    e00 += g0 * v0;
                    e01 += g0 * v1;
                    e02 += g0 * v2;
                    e03 += g0 * v3;
                    e10 += g1 * v0;
                    e11 += g1 * v1;
                    e12 += g1 * v2;
                    e13 += g1 * v3;
                    e20 += g2 * v0;
                    e21 += g2 * v1;
                    e22 += g2 * v2;
                    e23 += g2 * v3;
                    e30 += g3 * v0;
                    e31 += g3 * v1;
                    e32 += g3 * v2;
                    e33 += g3 * v3;
                }
                context.localBarrier();
            }
            int ahead = i0 + ty - j0 - tx;
            int cellTo = ty * LINE + tx;
            weights[cellTo + 0 * LINE + 0] = e00;
            weights[cellTo + 0 * LINE + 16] = e01;
            weights[cellTo + 0 * LINE + 32] = e02;
            weights[cellTo + 0 * LINE + 48] = e03;
            weights[cellTo + 16 * LINE + 0] = e10;
            weights[cellTo + 16 * LINE + 16] = e11;
            weights[cellTo + 16 * LINE + 32] = e12;
            weights[cellTo + 16 * LINE + 48] = e13;
            weights[cellTo + 32 * LINE + 0] = e20;
            weights[cellTo + 32 * LINE + 16] = e21;
            weights[cellTo + 32 * LINE + 32] = e22;
            weights[cellTo + 32 * LINE + 48] = e23;
            weights[cellTo + 48 * LINE + 0] = e30;
            weights[cellTo + 48 * LINE + 16] = e31;
            weights[cellTo + 48 * LINE + 32] = e32;
            weights[cellTo + 48 * LINE + 48] = e33;
            if (threshold > 0) {
                for (int row = ty; row < TILE; row += SIDE) {
                    for (int other = tx; other < TILE; other += SIDE) {
                        weights[row * LINE + other] *=
                                Philox.mask(counters, site, bh * T + i0 + row, j0 + other, threshold, scale);
                    }
                }
            }
            s00 = FlashTile.probability(s00 * root, lse0, ahead + 0);
            weights[cellTo + 0 * LINE + 0] = s00 * (weights[cellTo + 0 * LINE + 0] - delta0);
            s01 = FlashTile.probability(s01 * root, lse0, ahead + -16);
            weights[cellTo + 0 * LINE + 16] = s01 * (weights[cellTo + 0 * LINE + 16] - delta0);
            s02 = FlashTile.probability(s02 * root, lse0, ahead + -32);
            weights[cellTo + 0 * LINE + 32] = s02 * (weights[cellTo + 0 * LINE + 32] - delta0);
            s03 = FlashTile.probability(s03 * root, lse0, ahead + -48);
            weights[cellTo + 0 * LINE + 48] = s03 * (weights[cellTo + 0 * LINE + 48] - delta0);
            s10 = FlashTile.probability(s10 * root, lse1, ahead + 16);
            weights[cellTo + 16 * LINE + 0] = s10 * (weights[cellTo + 16 * LINE + 0] - delta1);
            s11 = FlashTile.probability(s11 * root, lse1, ahead + 0);
            weights[cellTo + 16 * LINE + 16] = s11 * (weights[cellTo + 16 * LINE + 16] - delta1);
            s12 = FlashTile.probability(s12 * root, lse1, ahead + -16);
            weights[cellTo + 16 * LINE + 32] = s12 * (weights[cellTo + 16 * LINE + 32] - delta1);
            s13 = FlashTile.probability(s13 * root, lse1, ahead + -32);
            weights[cellTo + 16 * LINE + 48] = s13 * (weights[cellTo + 16 * LINE + 48] - delta1);
            s20 = FlashTile.probability(s20 * root, lse2, ahead + 32);
            weights[cellTo + 32 * LINE + 0] = s20 * (weights[cellTo + 32 * LINE + 0] - delta2);
            s21 = FlashTile.probability(s21 * root, lse2, ahead + 16);
            weights[cellTo + 32 * LINE + 16] = s21 * (weights[cellTo + 32 * LINE + 16] - delta2);
            s22 = FlashTile.probability(s22 * root, lse2, ahead + 0);
            weights[cellTo + 32 * LINE + 32] = s22 * (weights[cellTo + 32 * LINE + 32] - delta2);
            s23 = FlashTile.probability(s23 * root, lse2, ahead + -16);
            weights[cellTo + 32 * LINE + 48] = s23 * (weights[cellTo + 32 * LINE + 48] - delta2);
            s30 = FlashTile.probability(s30 * root, lse3, ahead + 48);
            weights[cellTo + 48 * LINE + 0] = s30 * (weights[cellTo + 48 * LINE + 0] - delta3);
            s31 = FlashTile.probability(s31 * root, lse3, ahead + 32);
            weights[cellTo + 48 * LINE + 16] = s31 * (weights[cellTo + 48 * LINE + 16] - delta3);
            s32 = FlashTile.probability(s32 * root, lse3, ahead + 16);
            weights[cellTo + 48 * LINE + 32] = s32 * (weights[cellTo + 48 * LINE + 32] - delta3);
            s33 = FlashTile.probability(s33 * root, lse3, ahead + 0);
            weights[cellTo + 48 * LINE + 48] = s33 * (weights[cellTo + 48 * LINE + 48] - delta3);
            for (int k0 = 0; k0 < span; k0 += DEPTH) {
                for (int q = 0; q < DEPTH; q += rowsAtOnce) {
                    int row = q + (lid >> wideBits);
                    rows[row * WIDE + wideColumn] = FlashTile.element(a, keys, j0 + k0 + row, T, width, wideColumn, D);
                }
                context.localBarrier();
                for (int k = 0; k < DEPTH; k++) {
                    int cell = ty * LINE + k0 + k;
                    float t0 = weights[cell];
                    float t1 = weights[cell + 16 * LINE];
                    float t2 = weights[cell + 32 * LINE];
                    float t3 = weights[cell + 48 * LINE];
                    int word = k * WIDE + tx;
                    float w0 = rows[word];
                    float w1 = rows[word + 16];
                    float w2 = rows[word + 32];
                    float w3 = rows[word + 48];
                    o00 += t0 * w0;
                    o01 += t0 * w1;
                    o02 += t0 * w2;
                    o03 += t0 * w3;
                    o10 += t1 * w0;
                    o11 += t1 * w1;
                    o12 += t1 * w2;
                    o13 += t1 * w3;
                    o20 += t2 * w0;
                    o21 += t2 * w1;
                    o22 += t2 * w2;
                    o23 += t2 * w3;
                    o30 += t3 * w0;
                    o31 += t3 * w1;
                    o32 += t3 * w2;
                    o33 += t3 * w3;
                    if (D > TILE) {
                        float w4 = rows[word + 64];
                        float w5 = rows[word + 80];
                        float w6 = rows[word + 96];
                        float w7 = rows[word + 112];
                        o04 += t0 * w4;
                        o05 += t0 * w5;
                        o06 += t0 * w6;
                        o07 += t0 * w7;
                        o14 += t1 * w4;
                        o15 += t1 * w5;
                        o16 += t1 * w6;
                        o17 += t1 * w7;
                        o24 += t2 * w4;
                        o25 += t2 * w5;
                        o26 += t2 * w6;
                        o27 += t2 * w7;
                        o34 += t3 * w4;
                        o35 += t3 * w5;
                        o36 += t3 * w6;
                        o37 += t3 * w7;
                    }
                }
                context.localBarrier();
            }
        }
        int to = offsets.get(first) + batch * T * width + head * D;
        for (int r = 0; r < TILE / SIDE; r++) {
            int i = i0 + ty + SIDE * r;
            if (i < T) {
                int row = to + i * width;
                if (tx + 0 < D) {
                    a.set(row + tx + 0, FlashTile.pick(r, o00, o10, o20, o30) * root);
                }
                if (tx + 16 < D) {
                    a.set(row + tx + 16, FlashTile.pick(r, o01, o11, o21, o31) * root);
                }
                if (tx + 32 < D) {
                    a.set(row + tx + 32, FlashTile.pick(r, o02, o12, o22, o32) * root);
                }
                if (tx + 48 < D) {
                    a.set(row + tx + 48, FlashTile.pick(r, o03, o13, o23, o33) * root);
                }
                if (tx + 64 < D) {
                    a.set(row + tx + 64, FlashTile.pick(r, o04, o14, o24, o34) * root);
                }
                if (tx + 80 < D) {
                    a.set(row + tx + 80, FlashTile.pick(r, o05, o15, o25, o35) * root);
                }
                if (tx + 96 < D) {
                    a.set(row + tx + 96, FlashTile.pick(r, o06, o16, o26, o36) * root);
                }
                if (tx + 112 < D) {
                    a.set(row + tx + 112, FlashTile.pick(r, o07, o17, o27, o37) * root);
                }
            }
        }
    }
}
