package org.tornadogpt.kernels.ops.attention;

import org.tornadogpt.kernels.kernel.random.Philox;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The forward kernel of {@link CausalAttentionFlashGroup}: a group computes the outputs of {@value FlashTile#TILE} queries of one head,
 * tile after tile of keys up to the diagonal, with running maxima and sums (Dao 2023, algorithm 1). Each of its 16 x 16 items holds 4 x 4
 * scores and 4 x 8 outputs as scalars, see {@code TiledProduct} for why.
 */
final class FlashForwardGroup {
    private static final int TILE = FlashTile.TILE;
    private static final int SIDE = FlashTile.SIDE;
    private static final int DEPTH = FlashTile.DEPTH;
    private static final int SLICE = FlashTile.SLICE;
    private static final int LINE = FlashTile.LINE;
    private static final int WIDE = FlashTile.WIDE;
    private static final float MASKED = FlashTile.MASKED;

    private FlashForwardGroup() {}

    /**
     * {@code out[i] = sum_j m p[i,j] v[j]}, and the logarithm of the sum of exponentials of each row; overwrites both. The numbers of
     * the offsets of out, saved, qkv, the dropout's site and D (once more, so that loops over it stay loops) follow each other.
     *
     * @param a the one array that all lie in
     * @param first number of out's offset
     */
    public static void kFlashForward(
            KernelContext context,
            IntArray offsets,
            int first,
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
        float[] weights = context.allocateFloatLocalArray(TILE * LINE);
        float[] values = context.allocateFloatLocalArray(DEPTH * WIDE);
        float[] partial = context.allocateFloatLocalArray(TILE * (SIDE + 1));
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
        int packed = offsets.get(first + 2) + batch * T * width;
        int queries = packed + head * D;
        int keys = packed + (H + keyHead) * D;
        int valuesAt = packed + (H + G + keyHead) * D;
        int site = offsets.get(first + 3);
        int channels = offsets.get(first + 4);
        float root = 1f / TornadoMath.sqrt((float) D);
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
        float max0 = MASKED;
        float sum0 = 0f;
        float max1 = MASKED;
        float sum1 = 0f;
        float max2 = MASKED;
        float sum2 = 0f;
        float max3 = MASKED;
        float sum3 = 0f;
        int line = ty * (SIDE + 1);
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
            for (int d0 = 0; d0 < channels; d0 += DEPTH) {
                for (int q = 0; q < 4; q++) {
                    qSlice[sliceTo + 16 * q] =
                            FlashTile.element(a, queries, i0 + sliceRow + 16 * q, T, width, d0 + sliceTerm, D);
                    kSlice[sliceTo + 16 * q] =
                            FlashTile.element(a, keys, j0 + sliceRow + 16 * q, T, width, d0 + sliceTerm, D);
                }
                context.localBarrier();
                for (int d = 0; d < DEPTH; d++) {
                    int qCell = d * SLICE + ty;
                    int kCell = d * SLICE + tx;
                    float q0 = qSlice[qCell];
                    float q1 = qSlice[qCell + 16];
                    float q2 = qSlice[qCell + 32];
                    float q3 = qSlice[qCell + 48];
                    float k0 = kSlice[kCell];
                    float k1 = kSlice[kCell + 16];
                    float k2 = kSlice[kCell + 32];
                    float k3 = kSlice[kCell + 48];
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
                }
                context.localBarrier();
            }
            int ahead = i0 + ty - j0 - tx;
            s00 = FlashTile.visible(s00 * root, ahead + 0);
            s01 = FlashTile.visible(s01 * root, ahead + -16);
            s02 = FlashTile.visible(s02 * root, ahead + -32);
            s03 = FlashTile.visible(s03 * root, ahead + -48);
            s10 = FlashTile.visible(s10 * root, ahead + 16);
            s11 = FlashTile.visible(s11 * root, ahead + 0);
            s12 = FlashTile.visible(s12 * root, ahead + -16);
            s13 = FlashTile.visible(s13 * root, ahead + -32);
            s20 = FlashTile.visible(s20 * root, ahead + 32);
            s21 = FlashTile.visible(s21 * root, ahead + 16);
            s22 = FlashTile.visible(s22 * root, ahead + 0);
            s23 = FlashTile.visible(s23 * root, ahead + -16);
            s30 = FlashTile.visible(s30 * root, ahead + 48);
            s31 = FlashTile.visible(s31 * root, ahead + 32);
            s32 = FlashTile.visible(s32 * root, ahead + 16);
            s33 = FlashTile.visible(s33 * root, ahead + 0);
            partial[line + 0 * (SIDE + 1) + tx] = FlashTile.greatest(s00, s01, s02, s03);
            partial[line + 16 * (SIDE + 1) + tx] = FlashTile.greatest(s10, s11, s12, s13);
            partial[line + 32 * (SIDE + 1) + tx] = FlashTile.greatest(s20, s21, s22, s23);
            partial[line + 48 * (SIDE + 1) + tx] = FlashTile.greatest(s30, s31, s32, s33);
            context.localBarrier();
            float new0 = max0;
            float new1 = max1;
            float new2 = max2;
            float new3 = max3;
            for (int t = 0; t < SIDE; t++) {
                new0 = FlashTile.greater(new0, partial[line + 0 * (SIDE + 1) + t]);
                new1 = FlashTile.greater(new1, partial[line + 16 * (SIDE + 1) + t]);
                new2 = FlashTile.greater(new2, partial[line + 32 * (SIDE + 1) + t]);
                new3 = FlashTile.greater(new3, partial[line + 48 * (SIDE + 1) + t]);
            }
            float shrink0 = TornadoMath.exp(max0 - new0);
            max0 = new0;
            float shrink1 = TornadoMath.exp(max1 - new1);
            max1 = new1;
            float shrink2 = TornadoMath.exp(max2 - new2);
            max2 = new2;
            float shrink3 = TornadoMath.exp(max3 - new3);
            max3 = new3;
            s00 = TornadoMath.exp(s00 - max0);
            s01 = TornadoMath.exp(s01 - max0);
            s02 = TornadoMath.exp(s02 - max0);
            s03 = TornadoMath.exp(s03 - max0);
            s10 = TornadoMath.exp(s10 - max1);
            s11 = TornadoMath.exp(s11 - max1);
            s12 = TornadoMath.exp(s12 - max1);
            s13 = TornadoMath.exp(s13 - max1);
            s20 = TornadoMath.exp(s20 - max2);
            s21 = TornadoMath.exp(s21 - max2);
            s22 = TornadoMath.exp(s22 - max2);
            s23 = TornadoMath.exp(s23 - max2);
            s30 = TornadoMath.exp(s30 - max3);
            s31 = TornadoMath.exp(s31 - max3);
            s32 = TornadoMath.exp(s32 - max3);
            s33 = TornadoMath.exp(s33 - max3);
            sum0 = sum0 * shrink0 + (s00 + s01 + s02 + s03);
            sum1 = sum1 * shrink1 + (s10 + s11 + s12 + s13);
            sum2 = sum2 * shrink2 + (s20 + s21 + s22 + s23);
            sum3 = sum3 * shrink3 + (s30 + s31 + s32 + s33);
            o00 *= shrink0;
            o01 *= shrink0;
            o02 *= shrink0;
            o03 *= shrink0;
            o04 *= shrink0;
            o05 *= shrink0;
            o06 *= shrink0;
            o07 *= shrink0;
            o10 *= shrink1;
            o11 *= shrink1;
            o12 *= shrink1;
            o13 *= shrink1;
            o14 *= shrink1;
            o15 *= shrink1;
            o16 *= shrink1;
            o17 *= shrink1;
            o20 *= shrink2;
            o21 *= shrink2;
            o22 *= shrink2;
            o23 *= shrink2;
            o24 *= shrink2;
            o25 *= shrink2;
            o26 *= shrink2;
            o27 *= shrink2;
            o30 *= shrink3;
            o31 *= shrink3;
            o32 *= shrink3;
            o33 *= shrink3;
            o34 *= shrink3;
            o35 *= shrink3;
            o36 *= shrink3;
            o37 *= shrink3;
            int cellTo = ty * LINE + tx;
            weights[cellTo + 0 * LINE + 0] = s00;
            weights[cellTo + 0 * LINE + 16] = s01;
            weights[cellTo + 0 * LINE + 32] = s02;
            weights[cellTo + 0 * LINE + 48] = s03;
            weights[cellTo + 16 * LINE + 0] = s10;
            weights[cellTo + 16 * LINE + 16] = s11;
            weights[cellTo + 16 * LINE + 32] = s12;
            weights[cellTo + 16 * LINE + 48] = s13;
            weights[cellTo + 32 * LINE + 0] = s20;
            weights[cellTo + 32 * LINE + 16] = s21;
            weights[cellTo + 32 * LINE + 32] = s22;
            weights[cellTo + 32 * LINE + 48] = s23;
            weights[cellTo + 48 * LINE + 0] = s30;
            weights[cellTo + 48 * LINE + 16] = s31;
            weights[cellTo + 48 * LINE + 32] = s32;
            weights[cellTo + 48 * LINE + 48] = s33;
            if (threshold > 0) {
                for (int row = ty; row < TILE; row += SIDE) {
                    for (int other = tx; other < TILE; other += SIDE) {
                        weights[row * LINE + other] *=
                                Philox.mask(counters, site, bh * T + i0 + row, j0 + other, threshold, scale);
                    }
                }
            }
            for (int k0 = 0; k0 < span; k0 += DEPTH) {
                for (int q = 0; q < DEPTH; q += rowsAtOnce) {
                    int row = q + (lid >> wideBits);
                    values[row * WIDE + wideColumn] =
                            FlashTile.element(a, valuesAt, j0 + k0 + row, T, width, wideColumn, D);
                }
                context.localBarrier();
                for (int k = 0; k < DEPTH; k++) {
                    int cell = ty * LINE + k0 + k;
                    float t0 = weights[cell];
                    float t1 = weights[cell + 16 * LINE];
                    float t2 = weights[cell + 32 * LINE];
                    float t3 = weights[cell + 48 * LINE];
                    int word = k * WIDE + tx;
                    float w0 = values[word];
                    float w1 = values[word + 16];
                    float w2 = values[word + 32];
                    float w3 = values[word + 48];
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
                        float w4 = values[word + 64];
                        float w5 = values[word + 80];
                        float w6 = values[word + 96];
                        float w7 = values[word + 112];
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
        partial[line + 0 * (SIDE + 1) + tx] = sum0;
        partial[line + 16 * (SIDE + 1) + tx] = sum1;
        partial[line + 32 * (SIDE + 1) + tx] = sum2;
        partial[line + 48 * (SIDE + 1) + tx] = sum3;
        context.localBarrier();
        float all0 = 0f;
        float all1 = 0f;
        float all2 = 0f;
        float all3 = 0f;
        for (int t = 0; t < SIDE; t++) {
            all0 += partial[line + 0 * (SIDE + 1) + t];
            all1 += partial[line + 16 * (SIDE + 1) + t];
            all2 += partial[line + 32 * (SIDE + 1) + t];
            all3 += partial[line + 48 * (SIDE + 1) + t];
        }
        int outAt = offsets.get(first) + batch * T * H * D + head * D;
        int savedAt = offsets.get(first + 1) + bh * T;
        for (int r = 0; r < TILE / SIDE; r++) {
            int i = i0 + ty + SIDE * r;
            if (i < T) {
                float all = FlashTile.pick(r, all0, all1, all2, all3);
                if (tx == 0) {
                    a.set(savedAt + i, FlashTile.pick(r, max0, max1, max2, max3) + TornadoMath.log(all));
                }
                int row = outAt + i * H * D;
                if (tx + 0 < D) {
                    a.set(row + tx + 0, FlashTile.pick(r, o00, o10, o20, o30) / all);
                }
                if (tx + 16 < D) {
                    a.set(row + tx + 16, FlashTile.pick(r, o01, o11, o21, o31) / all);
                }
                if (tx + 32 < D) {
                    a.set(row + tx + 32, FlashTile.pick(r, o02, o12, o22, o32) / all);
                }
                if (tx + 48 < D) {
                    a.set(row + tx + 48, FlashTile.pick(r, o03, o13, o23, o33) / all);
                }
                if (tx + 64 < D) {
                    a.set(row + tx + 64, FlashTile.pick(r, o04, o14, o24, o34) / all);
                }
                if (tx + 80 < D) {
                    a.set(row + tx + 80, FlashTile.pick(r, o05, o15, o25, o35) / all);
                }
                if (tx + 96 < D) {
                    a.set(row + tx + 96, FlashTile.pick(r, o06, o16, o26, o36) / all);
                }
                if (tx + 112 < D) {
                    a.set(row + tx + 112, FlashTile.pick(r, o07, o17, o27, o37) / all);
                }
            }
        }
    }
}
