package org.tornadogpt.kernels.ops.attention;

import org.tornadogpt.kernels.kernel.random.Philox;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The keys' and values' gradients of {@link CausalAttentionFlashGroup}: a group has {@value FlashTile#TILE} keys of one key/value head and
 * goes through the queries from the diagonal on, of all heads that share the keys (Dao 2023, algorithm 2).
 */
final class FlashKeysGroup {
    private static final int TILE = FlashTile.TILE;
    private static final int SIDE = FlashTile.SIDE;
    private static final int DEPTH = FlashTile.DEPTH;
    private static final int SLICE = FlashTile.SLICE;
    private static final int LINE = FlashTile.LINE;
    private static final int WIDE = FlashTile.WIDE;

    private FlashKeysGroup() {}

    /**
     * {@code dk[j] = sum_i ds q[i] / sqrt(D)} and {@code dv[j] = sum_i m p dout[i]}; overwrites. The numbers of the offsets of dqkv, dout, qkv, saved, the dropout's site, delta
     * and D (once more, so that loops over it stay loops) follow each other.
     *
     * @param first number of dqkv's offset
     * @param delta dout·out for each row
     * @param a the one array that all others lie in
     */
    public static void kFlashBackwardKeys(
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
        int j0 = context.groupIdx * TILE;
        int batch = context.groupIdy / G;
        int keyHead = context.groupIdy - batch * G;
        int shared = H / G;
        int width = (H + 2 * G) * D;
        int outWidth = H * D;
        int packed = offsets.get(first + 2) + batch * T * width;
        int keys = packed + (H + keyHead) * D;
        int valuesAt = packed + (H + G + keyHead) * D;
        int site = offsets.get(first + 4);
        int channels = offsets.get(first + 6);
        float root = 1f / TornadoMath.sqrt((float) D);
        float dv00 = 0f;
        float dv01 = 0f;
        float dv02 = 0f;
        float dv03 = 0f;
        float dv04 = 0f;
        float dv05 = 0f;
        float dv06 = 0f;
        float dv07 = 0f;
        float dv10 = 0f;
        float dv11 = 0f;
        float dv12 = 0f;
        float dv13 = 0f;
        float dv14 = 0f;
        float dv15 = 0f;
        float dv16 = 0f;
        float dv17 = 0f;
        float dv20 = 0f;
        float dv21 = 0f;
        float dv22 = 0f;
        float dv23 = 0f;
        float dv24 = 0f;
        float dv25 = 0f;
        float dv26 = 0f;
        float dv27 = 0f;
        float dv30 = 0f;
        float dv31 = 0f;
        float dv32 = 0f;
        float dv33 = 0f;
        float dv34 = 0f;
        float dv35 = 0f;
        float dv36 = 0f;
        float dv37 = 0f;
        float dk00 = 0f;
        float dk01 = 0f;
        float dk02 = 0f;
        float dk03 = 0f;
        float dk04 = 0f;
        float dk05 = 0f;
        float dk06 = 0f;
        float dk07 = 0f;
        float dk10 = 0f;
        float dk11 = 0f;
        float dk12 = 0f;
        float dk13 = 0f;
        float dk14 = 0f;
        float dk15 = 0f;
        float dk16 = 0f;
        float dk17 = 0f;
        float dk20 = 0f;
        float dk21 = 0f;
        float dk22 = 0f;
        float dk23 = 0f;
        float dk24 = 0f;
        float dk25 = 0f;
        float dk26 = 0f;
        float dk27 = 0f;
        float dk30 = 0f;
        float dk31 = 0f;
        float dk32 = 0f;
        float dk33 = 0f;
        float dk34 = 0f;
        float dk35 = 0f;
        float dk36 = 0f;
        float dk37 = 0f;
        for (int head = keyHead * shared; head < keyHead * shared + shared; head++) {
            int queries = packed + head * D;
            int gradients = offsets.get(first + 1) + batch * T * outWidth + head * D;
            int bh = batch * H + head;
            int savedAt = offsets.get(first + 3) + bh * T;
            int deltaAt = offsets.get(first + 5) + bh * T;
            for (int i0 = j0; i0 < T; i0 += TILE) {
                int span = FlashTile.span(i0, T);
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
                        float k0 = kSlice[rowCell];
                        float k1 = kSlice[rowCell + 16];
                        float k2 = kSlice[rowCell + 32];
                        float k3 = kSlice[rowCell + 48];
                        float q0 = qSlice[columnCell];
                        float q1 = qSlice[columnCell + 16];
                        float q2 = qSlice[columnCell + 32];
                        float q3 = qSlice[columnCell + 48];
                        s00 += k0 * q0;
                        s01 += k0 * q1;
                        s02 += k0 * q2;
                        s03 += k0 * q3;
                        s10 += k1 * q0;
                        s11 += k1 * q1;
                        s12 += k1 * q2;
                        s13 += k1 * q3;
                        s20 += k2 * q0;
                        s21 += k2 * q1;
                        s22 += k2 * q2;
                        s23 += k2 * q3;
                        s30 += k3 * q0;
                        s31 += k3 * q1;
                        s32 += k3 * q2;
                        s33 += k3 * q3;
                        float v0 = vSlice[rowCell];
                        float v1 = vSlice[rowCell + 16];
                        float v2 = vSlice[rowCell + 32];
                        float v3 = vSlice[rowCell + 48];
                        float g0 = gSlice[columnCell];
                        float g1 = gSlice[columnCell + 16];
                        float g2 = gSlice[columnCell + 32];
                        float g3 = gSlice[columnCell + 48];
                        e00 += v0 * g0;
                        e01 += v0 * g1;
                        e02 += v0 * g2;
                        e03 += v0 * g3;
                        e10 += v1 * g0;
                        e11 += v1 * g1;
                        e12 += v1 * g2;
                        e13 += v1 * g3;
                        e20 += v2 * g0;
                        e21 += v2 * g1;
                        e22 += v2 * g2;
                        e23 += v2 * g3;
                        e30 += v3 * g0;
                        e31 += v3 * g1;
                        e32 += v3 * g2;
                        e33 += v3 * g3;
                    }
                    context.localBarrier();
                }
                int cellTo = ty * LINE + tx;
                int column = j0 + ty;
                weights[cellTo + 0 * LINE + 0] = 1f;
                weights[cellTo + 0 * LINE + 16] = 1f;
                weights[cellTo + 0 * LINE + 32] = 1f;
                weights[cellTo + 0 * LINE + 48] = 1f;
                weights[cellTo + 16 * LINE + 0] = 1f;
                weights[cellTo + 16 * LINE + 16] = 1f;
                weights[cellTo + 16 * LINE + 32] = 1f;
                weights[cellTo + 16 * LINE + 48] = 1f;
                weights[cellTo + 32 * LINE + 0] = 1f;
                weights[cellTo + 32 * LINE + 16] = 1f;
                weights[cellTo + 32 * LINE + 32] = 1f;
                weights[cellTo + 32 * LINE + 48] = 1f;
                weights[cellTo + 48 * LINE + 0] = 1f;
                weights[cellTo + 48 * LINE + 16] = 1f;
                weights[cellTo + 48 * LINE + 32] = 1f;
                weights[cellTo + 48 * LINE + 48] = 1f;
                if (threshold > 0) {
                    for (int row = ty; row < TILE; row += SIDE) {
                        for (int other = tx; other < TILE; other += SIDE) {
                            weights[row * LINE + other] *=
                                    Philox.mask(counters, site, bh * T + i0 + other, j0 + row, threshold, scale);
                        }
                    }
                }
                int query0 = i0 + tx + 0;
                float lse0 = a.get(savedAt + FlashTile.within(query0, T));
                float delta0 = delta.get(deltaAt + FlashTile.within(query0, T));
                int ahead0 = FlashTile.aheadWithin(query0, column, T);
                s00 = FlashTile.probability(s00 * root, lse0, ahead0 - 0);
                float mask00 = weights[cellTo + 0 * LINE + 0];
                weights[cellTo + 0 * LINE + 0] = s00 * mask00;
                s00 = s00 * (mask00 * e00 - delta0);
                s10 = FlashTile.probability(s10 * root, lse0, ahead0 - 16);
                float mask10 = weights[cellTo + 16 * LINE + 0];
                weights[cellTo + 16 * LINE + 0] = s10 * mask10;
                s10 = s10 * (mask10 * e10 - delta0);
                s20 = FlashTile.probability(s20 * root, lse0, ahead0 - 32);
                float mask20 = weights[cellTo + 32 * LINE + 0];
                weights[cellTo + 32 * LINE + 0] = s20 * mask20;
                s20 = s20 * (mask20 * e20 - delta0);
                s30 = FlashTile.probability(s30 * root, lse0, ahead0 - 48);
                float mask30 = weights[cellTo + 48 * LINE + 0];
                weights[cellTo + 48 * LINE + 0] = s30 * mask30;
                s30 = s30 * (mask30 * e30 - delta0);
                int query1 = i0 + tx + 16;
                float lse1 = a.get(savedAt + FlashTile.within(query1, T));
                float delta1 = delta.get(deltaAt + FlashTile.within(query1, T));
                int ahead1 = FlashTile.aheadWithin(query1, column, T);
                s01 = FlashTile.probability(s01 * root, lse1, ahead1 - 0);
                float mask01 = weights[cellTo + 0 * LINE + 16];
                weights[cellTo + 0 * LINE + 16] = s01 * mask01;
                s01 = s01 * (mask01 * e01 - delta1);
                s11 = FlashTile.probability(s11 * root, lse1, ahead1 - 16);
                float mask11 = weights[cellTo + 16 * LINE + 16];
                weights[cellTo + 16 * LINE + 16] = s11 * mask11;
                s11 = s11 * (mask11 * e11 - delta1);
                s21 = FlashTile.probability(s21 * root, lse1, ahead1 - 32);
                float mask21 = weights[cellTo + 32 * LINE + 16];
                weights[cellTo + 32 * LINE + 16] = s21 * mask21;
                s21 = s21 * (mask21 * e21 - delta1);
                s31 = FlashTile.probability(s31 * root, lse1, ahead1 - 48);
                float mask31 = weights[cellTo + 48 * LINE + 16];
                weights[cellTo + 48 * LINE + 16] = s31 * mask31;
                s31 = s31 * (mask31 * e31 - delta1);
                int query2 = i0 + tx + 32;
                float lse2 = a.get(savedAt + FlashTile.within(query2, T));
                float delta2 = delta.get(deltaAt + FlashTile.within(query2, T));
                int ahead2 = FlashTile.aheadWithin(query2, column, T);
                s02 = FlashTile.probability(s02 * root, lse2, ahead2 - 0);
                float mask02 = weights[cellTo + 0 * LINE + 32];
                weights[cellTo + 0 * LINE + 32] = s02 * mask02;
                s02 = s02 * (mask02 * e02 - delta2);
                s12 = FlashTile.probability(s12 * root, lse2, ahead2 - 16);
                float mask12 = weights[cellTo + 16 * LINE + 32];
                weights[cellTo + 16 * LINE + 32] = s12 * mask12;
                s12 = s12 * (mask12 * e12 - delta2);
                s22 = FlashTile.probability(s22 * root, lse2, ahead2 - 32);
                float mask22 = weights[cellTo + 32 * LINE + 32];
                weights[cellTo + 32 * LINE + 32] = s22 * mask22;
                s22 = s22 * (mask22 * e22 - delta2);
                s32 = FlashTile.probability(s32 * root, lse2, ahead2 - 48);
                float mask32 = weights[cellTo + 48 * LINE + 32];
                weights[cellTo + 48 * LINE + 32] = s32 * mask32;
                s32 = s32 * (mask32 * e32 - delta2);
                int query3 = i0 + tx + 48;
                float lse3 = a.get(savedAt + FlashTile.within(query3, T));
                float delta3 = delta.get(deltaAt + FlashTile.within(query3, T));
                int ahead3 = FlashTile.aheadWithin(query3, column, T);
                s03 = FlashTile.probability(s03 * root, lse3, ahead3 - 0);
                float mask03 = weights[cellTo + 0 * LINE + 48];
                weights[cellTo + 0 * LINE + 48] = s03 * mask03;
                s03 = s03 * (mask03 * e03 - delta3);
                s13 = FlashTile.probability(s13 * root, lse3, ahead3 - 16);
                float mask13 = weights[cellTo + 16 * LINE + 48];
                weights[cellTo + 16 * LINE + 48] = s13 * mask13;
                s13 = s13 * (mask13 * e13 - delta3);
                s23 = FlashTile.probability(s23 * root, lse3, ahead3 - 32);
                float mask23 = weights[cellTo + 32 * LINE + 48];
                weights[cellTo + 32 * LINE + 48] = s23 * mask23;
                s23 = s23 * (mask23 * e23 - delta3);
                s33 = FlashTile.probability(s33 * root, lse3, ahead3 - 48);
                float mask33 = weights[cellTo + 48 * LINE + 48];
                weights[cellTo + 48 * LINE + 48] = s33 * mask33;
                s33 = s33 * (mask33 * e33 - delta3);
                for (int k0 = 0; k0 < span; k0 += DEPTH) {
                    for (int q = 0; q < DEPTH; q += rowsAtOnce) {
                        int row = q + (lid >> wideBits);
                        rows[row * WIDE + wideColumn] =
                                FlashTile.element(a, gradients, i0 + k0 + row, T, outWidth, wideColumn, D);
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
                        dv00 += t0 * w0;
                        dv01 += t0 * w1;
                        dv02 += t0 * w2;
                        dv03 += t0 * w3;
                        dv10 += t1 * w0;
                        dv11 += t1 * w1;
                        dv12 += t1 * w2;
                        dv13 += t1 * w3;
                        dv20 += t2 * w0;
                        dv21 += t2 * w1;
                        dv22 += t2 * w2;
                        dv23 += t2 * w3;
                        dv30 += t3 * w0;
                        dv31 += t3 * w1;
                        dv32 += t3 * w2;
                        dv33 += t3 * w3;
                        if (D > TILE) {
                            float w4 = rows[word + 64];
                            float w5 = rows[word + 80];
                            float w6 = rows[word + 96];
                            float w7 = rows[word + 112];
                            dv04 += t0 * w4;
                            dv05 += t0 * w5;
                            dv06 += t0 * w6;
                            dv07 += t0 * w7;
                            dv14 += t1 * w4;
                            dv15 += t1 * w5;
                            dv16 += t1 * w6;
                            dv17 += t1 * w7;
                            dv24 += t2 * w4;
                            dv25 += t2 * w5;
                            dv26 += t2 * w6;
                            dv27 += t2 * w7;
                            dv34 += t3 * w4;
                            dv35 += t3 * w5;
                            dv36 += t3 * w6;
                            dv37 += t3 * w7;
                        }
                    }
                    context.localBarrier();
                }
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
                for (int k0 = 0; k0 < span; k0 += DEPTH) {
                    for (int q = 0; q < DEPTH; q += rowsAtOnce) {
                        int row = q + (lid >> wideBits);
                        rows[row * WIDE + wideColumn] =
                                FlashTile.element(a, queries, i0 + k0 + row, T, width, wideColumn, D);
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
                        dk00 += t0 * w0;
                        dk01 += t0 * w1;
                        dk02 += t0 * w2;
                        dk03 += t0 * w3;
                        dk10 += t1 * w0;
                        dk11 += t1 * w1;
                        dk12 += t1 * w2;
                        dk13 += t1 * w3;
                        dk20 += t2 * w0;
                        dk21 += t2 * w1;
                        dk22 += t2 * w2;
                        dk23 += t2 * w3;
                        dk30 += t3 * w0;
                        dk31 += t3 * w1;
                        dk32 += t3 * w2;
                        dk33 += t3 * w3;
                        if (D > TILE) {
                            float w4 = rows[word + 64];
                            float w5 = rows[word + 80];
                            float w6 = rows[word + 96];
                            float w7 = rows[word + 112];
                            dk04 += t0 * w4;
                            dk05 += t0 * w5;
                            dk06 += t0 * w6;
                            dk07 += t0 * w7;
                            dk14 += t1 * w4;
                            dk15 += t1 * w5;
                            dk16 += t1 * w6;
                            dk17 += t1 * w7;
                            dk24 += t2 * w4;
                            dk25 += t2 * w5;
                            dk26 += t2 * w6;
                            dk27 += t2 * w7;
                            dk34 += t3 * w4;
                            dk35 += t3 * w5;
                            dk36 += t3 * w6;
                            dk37 += t3 * w7;
                        }
                    }
                    context.localBarrier();
                }
            }
        }
        int to = offsets.get(first) + batch * T * width + (H + keyHead) * D;
        for (int r = 0; r < TILE / SIDE; r++) {
            int j = j0 + ty + SIDE * r;
            if (j < T) {
                int row = to + j * width;
                if (tx + 0 < D) {
                    a.set(row + tx + 0, FlashTile.pick(r, dk00, dk10, dk20, dk30) * root);
                    a.set(row + G * D + tx + 0, FlashTile.pick(r, dv00, dv10, dv20, dv30));
                }
                if (tx + 16 < D) {
                    a.set(row + tx + 16, FlashTile.pick(r, dk01, dk11, dk21, dk31) * root);
                    a.set(row + G * D + tx + 16, FlashTile.pick(r, dv01, dv11, dv21, dv31));
                }
                if (tx + 32 < D) {
                    a.set(row + tx + 32, FlashTile.pick(r, dk02, dk12, dk22, dk32) * root);
                    a.set(row + G * D + tx + 32, FlashTile.pick(r, dv02, dv12, dv22, dv32));
                }
                if (tx + 48 < D) {
                    a.set(row + tx + 48, FlashTile.pick(r, dk03, dk13, dk23, dk33) * root);
                    a.set(row + G * D + tx + 48, FlashTile.pick(r, dv03, dv13, dv23, dv33));
                }
                if (tx + 64 < D) {
                    a.set(row + tx + 64, FlashTile.pick(r, dk04, dk14, dk24, dk34) * root);
                    a.set(row + G * D + tx + 64, FlashTile.pick(r, dv04, dv14, dv24, dv34));
                }
                if (tx + 80 < D) {
                    a.set(row + tx + 80, FlashTile.pick(r, dk05, dk15, dk25, dk35) * root);
                    a.set(row + G * D + tx + 80, FlashTile.pick(r, dv05, dv15, dv25, dv35));
                }
                if (tx + 96 < D) {
                    a.set(row + tx + 96, FlashTile.pick(r, dk06, dk16, dk26, dk36) * root);
                    a.set(row + G * D + tx + 96, FlashTile.pick(r, dv06, dv16, dv26, dv36));
                }
                if (tx + 112 < D) {
                    a.set(row + tx + 112, FlashTile.pick(r, dk07, dk17, dk27, dk37) * root);
                    a.set(row + G * D + tx + 112, FlashTile.pick(r, dv07, dv17, dv27, dv37));
                }
            }
        }
    }
}
