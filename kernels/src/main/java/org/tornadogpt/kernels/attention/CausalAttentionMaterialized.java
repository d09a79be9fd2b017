package org.tornadogpt.kernels.attention;

import org.tornadogpt.kernels.AttentionShape;
import org.tornadogpt.kernels.Call;
import org.tornadogpt.kernels.Dropout;
import org.tornadogpt.kernels.Launcher;
import org.tornadogpt.kernels.Slice;
import org.tornadogpt.kernels.random.Philox;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Keeps the whole (B, H, T, T) table of probabilities, before dropout, and backward builds a second one of the scores' gradients in
 * scratch memory; the mask is computed anew. One work-item for each row of a table or of a result, everything added in order of
 * position: the reference. {@code a} is the one array that all slices lie in; {@code bh} numbers batch and query head, {@code bg}
 * batch and key/value head.
 */
public final class CausalAttentionMaterialized implements CausalAttention {
    @Override
    public String name() {
        return "materialized";
    }

    @Override
    public Style style() {
        return Style.LOOP;
    }

    @Override
    public int savedFloats(AttentionShape s) {
        return Math.multiplyExact(Math.multiplyExact(s.rows(), s.heads()), s.T());
    }

    @Override
    public void forward(Launcher launcher, AttentionShape s, Dropout dropout, Slice out, Slice saved, Slice qkv) {
        FloatArray a = common(name(), out, saved, qkv);
        int savedSlot = launcher.slot(saved);
        int qkvSlot = launcher.slot(qkv);
        launcher.loop(Call.of(
                "kAttentionProbabilities",
                CausalAttentionMaterialized::kAttentionProbabilities,
                launcher.offsets(),
                a,
                savedSlot,
                qkvSlot,
                s.B(),
                s.T(),
                s.heads(),
                s.kvHeads(),
                s.D()));
        launcher.loop(Call.of(
                "kAttentionOut",
                CausalAttentionMaterialized::kAttentionOut,
                launcher.offsets(),
                a,
                launcher.slot(out),
                savedSlot,
                qkvSlot,
                counters(launcher, dropout),
                launcher.slot(dropout.site()),
                dropout.threshold(),
                dropout.scale(),
                s.B(),
                s.T(),
                s.heads(),
                s.kvHeads(),
                s.D()));
    }

    @Override
    public void backward(
            Launcher launcher,
            AttentionShape s,
            Dropout dropout,
            Slice dqkv,
            Slice dout,
            Slice out,
            Slice qkv,
            Slice saved) {
        FloatArray a = common(name(), dqkv, dout, qkv, saved);
        IntArray offsets = launcher.offsets();
        IntArray counters = counters(launcher, dropout);
        Slice scores = launcher.scratch(savedFloats(s));
        FloatArray ds = scores.array();
        int dsSlot = launcher.slot(scores);
        int dqkvSlot = launcher.slot(dqkv);
        int doutSlot = launcher.slot(dout);
        int qkvSlot = launcher.slot(qkv);
        int savedSlot = launcher.slot(saved);
        int siteSlot = launcher.slot(dropout.site());
        launcher.loop(Call.of(
                "kAttentionBackwardOut",
                CausalAttentionMaterialized::kAttentionBackwardOut,
                offsets,
                ds,
                dsSlot,
                a,
                doutSlot,
                qkvSlot,
                s.B(),
                s.T(),
                s.heads(),
                s.kvHeads(),
                s.D()));
        launcher.loop(Call.of(
                "kAttentionBackwardSoftmax",
                CausalAttentionMaterialized::kAttentionBackwardSoftmax,
                offsets,
                ds,
                dsSlot,
                a,
                savedSlot,
                counters,
                siteSlot,
                dropout.threshold(),
                dropout.scale(),
                s.B(),
                s.T(),
                s.heads()));
        launcher.loop(Call.of(
                "kAttentionBackwardQuery",
                CausalAttentionMaterialized::kAttentionBackwardQuery,
                offsets,
                a,
                dqkvSlot,
                qkvSlot,
                ds,
                dsSlot,
                s.B(),
                s.T(),
                s.heads(),
                s.kvHeads(),
                s.D()));
        launcher.loop(Call.of(
                "kAttentionBackwardKey",
                CausalAttentionMaterialized::kAttentionBackwardKey,
                offsets,
                a,
                dqkvSlot,
                qkvSlot,
                ds,
                dsSlot,
                s.B(),
                s.T(),
                s.heads(),
                s.kvHeads(),
                s.D()));
        launcher.loop(Call.of(
                "kAttentionBackwardValue",
                CausalAttentionMaterialized::kAttentionBackwardValue,
                offsets,
                a,
                dqkvSlot,
                doutSlot,
                savedSlot,
                counters,
                siteSlot,
                dropout.threshold(),
                dropout.scale(),
                s.B(),
                s.T(),
                s.heads(),
                s.kvHeads(),
                s.D()));
    }

    private static IntArray counters(Launcher launcher, Dropout dropout) {
        return dropout.isActive() ? dropout.counters().array() : launcher.offsets();
    }

    static FloatArray common(String variant, Slice first, Slice... others) {
        for (Slice other : others) {
            if (other.array() != first.array()) {
                throw new IllegalArgumentException(
                        "attention=" + variant + " needs all its tensors in one array; the activations "
                                + "lie in several, so they are too large for it: use a smaller batch or another variant");
            }
        }
        return first.array();
    }

    /** {@code p = softmax over j of q[i]·k[j] / sqrt(D)}, 0 where j > i; overwrites. */
    public static void kAttentionProbabilities(
            IntArray offsets, FloatArray a, int pSlot, int qkvSlot, int B, int T, int H, int G, int D) {
        for (@Parallel int bh = 0; bh < B * H; bh++) {
            for (@Parallel int i = 0; i < T; i++) {
                int width = (H + 2 * G) * D;
                int batch = offsets.get(qkvSlot) + bh / H * T * width;
                int query = batch + i * width + bh % H * D;
                int keys = batch + (H + bh % H / (H / G)) * D;
                int row = offsets.get(pSlot) + (bh * T + i) * T;
                float scale = 1f / TornadoMath.sqrt((float) D);
                float max = 0f;
                for (int j = 0; j <= i; j++) {
                    float dot = 0f;
                    for (int d = 0; d < D; d++) {
                        dot += a.get(query + d) * a.get(keys + j * width + d);
                    }
                    dot *= scale;
                    a.set(row + j, dot);
                    if (j == 0 || dot > max) {
                        max = dot;
                    }
                }
                float sum = 0f;
                for (int j = 0; j <= i; j++) {
                    float e = TornadoMath.exp(a.get(row + j) - max);
                    a.set(row + j, e);
                    sum += e;
                }
                for (int j = 0; j <= i; j++) {
                    a.set(row + j, a.get(row + j) / sum);
                }
                for (int j = i + 1; j < T; j++) {
                    a.set(row + j, 0f);
                }
            }
        }
    }

    /** {@code out[i] = sum_j m p v[j]}; overwrites. */
    public static void kAttentionOut(
            IntArray offsets,
            FloatArray a,
            int outSlot,
            int pSlot,
            int qkvSlot,
            IntArray counters,
            int siteSlot,
            int threshold,
            float keptScale,
            int B,
            int T,
            int H,
            int G,
            int D) {
        for (@Parallel int bh = 0; bh < B * H; bh++) {
            for (@Parallel int i = 0; i < T; i++) {
                int width = (H + 2 * G) * D;
                int values = offsets.get(qkvSlot) + bh / H * T * width + (H + G + bh % H / (H / G)) * D;
                int row = offsets.get(pSlot) + (bh * T + i) * T;
                int out = offsets.get(outSlot) + (bh / H * T + i) * H * D + bh % H * D;
                for (int d = 0; d < D; d++) {
                    a.set(out + d, 0f);
                }
                for (int j = 0; j <= i; j++) {
                    float p = a.get(row + j)
                            * Philox.mask(counters, offsets.get(siteSlot), bh * T + i, j, threshold, keptScale);
                    for (int d = 0; d < D; d++) {
                        a.set(out + d, a.get(out + d) + p * a.get(values + j * width + d));
                    }
                }
            }
        }
    }

    /** {@code ds[i,j] = dout[i]·v[j]} for j up to i, not yet masked; overwrites. */
    public static void kAttentionBackwardOut(
            IntArray offsets,
            FloatArray ds,
            int dsSlot,
            FloatArray a,
            int doutSlot,
            int qkvSlot,
            int B,
            int T,
            int H,
            int G,
            int D) {
        for (@Parallel int bh = 0; bh < B * H; bh++) {
            for (@Parallel int i = 0; i < T; i++) {
                int width = (H + 2 * G) * D;
                int values = offsets.get(qkvSlot) + bh / H * T * width + (H + G + bh % H / (H / G)) * D;
                int dout = offsets.get(doutSlot) + (bh / H * T + i) * H * D + bh % H * D;
                int row = offsets.get(dsSlot) + (bh * T + i) * T;
                for (int j = 0; j <= i; j++) {
                    float dot = 0f;
                    for (int d = 0; d < D; d++) {
                        dot += a.get(dout + d) * a.get(values + j * width + d);
                    }
                    ds.set(row + j, dot);
                }
            }
        }
    }

    /** {@code ds = p (dp - delta)} with {@code dp = m ds} and {@code delta = sum_j p dp}; in place. */
    public static void kAttentionBackwardSoftmax(
            IntArray offsets,
            FloatArray ds,
            int dsSlot,
            FloatArray a,
            int pSlot,
            IntArray counters,
            int siteSlot,
            int threshold,
            float keptScale,
            int B,
            int T,
            int H) {
        for (@Parallel int bh = 0; bh < B * H; bh++) {
            for (@Parallel int i = 0; i < T; i++) {
                int row = offsets.get(dsSlot) + (bh * T + i) * T;
                int pRow = offsets.get(pSlot) + (bh * T + i) * T;
                float delta = 0f;
                for (int j = 0; j <= i; j++) {
                    float dp = ds.get(row + j)
                            * Philox.mask(counters, offsets.get(siteSlot), bh * T + i, j, threshold, keptScale);
                    ds.set(row + j, dp);
                    delta += a.get(pRow + j) * dp;
                }
                for (int j = 0; j <= i; j++) {
                    ds.set(row + j, a.get(pRow + j) * (ds.get(row + j) - delta));
                }
            }
        }
    }

    /** {@code dq[i] = sum_j ds k[j] / sqrt(D)}; overwrites. */
    public static void kAttentionBackwardQuery(
            IntArray offsets,
            FloatArray a,
            int dqkvSlot,
            int qkvSlot,
            FloatArray ds,
            int dsSlot,
            int B,
            int T,
            int H,
            int G,
            int D) {
        for (@Parallel int bh = 0; bh < B * H; bh++) {
            for (@Parallel int i = 0; i < T; i++) {
                int width = (H + 2 * G) * D;
                int batch = bh / H * T * width;
                int keys = offsets.get(qkvSlot) + batch + (H + bh % H / (H / G)) * D;
                int dq = offsets.get(dqkvSlot) + batch + i * width + bh % H * D;
                int row = offsets.get(dsSlot) + (bh * T + i) * T;
                float scale = 1f / TornadoMath.sqrt((float) D);
                for (int d = 0; d < D; d++) {
                    float sum = 0f;
                    for (int j = 0; j <= i; j++) {
                        sum += ds.get(row + j) * a.get(keys + j * width + d);
                    }
                    a.set(dq + d, sum * scale);
                }
            }
        }
    }

    /** {@code dk[j] = sum_i ds q[i] / sqrt(D)} over all query heads that share the key; overwrites. */
    public static void kAttentionBackwardKey(
            IntArray offsets,
            FloatArray a,
            int dqkvSlot,
            int qkvSlot,
            FloatArray ds,
            int dsSlot,
            int B,
            int T,
            int H,
            int G,
            int D) {
        for (@Parallel int bg = 0; bg < B * G; bg++) {
            for (@Parallel int j = 0; j < T; j++) {
                int width = (H + 2 * G) * D;
                int batch = bg / G * T * width;
                int firstHead = bg % G * (H / G);
                int dk = offsets.get(dqkvSlot) + batch + j * width + (H + bg % G) * D;
                float scale = 1f / TornadoMath.sqrt((float) D);
                for (int d = 0; d < D; d++) {
                    float sum = 0f;
                    for (int h = firstHead; h < firstHead + H / G; h++) {
                        int queries = offsets.get(qkvSlot) + batch + h * D + d;
                        int column = offsets.get(dsSlot) + (bg / G * H + h) * T * T + j;
                        for (int i = j; i < T; i++) {
                            sum += ds.get(column + i * T) * a.get(queries + i * width);
                        }
                    }
                    a.set(dk + d, sum * scale);
                }
            }
        }
    }

    /** {@code dv[j] = sum_i m p dout[i]} over all query heads that share the value; overwrites. */
    public static void kAttentionBackwardValue(
            IntArray offsets,
            FloatArray a,
            int dqkvSlot,
            int doutSlot,
            int pSlot,
            IntArray counters,
            int siteSlot,
            int threshold,
            float keptScale,
            int B,
            int T,
            int H,
            int G,
            int D) {
        for (@Parallel int bg = 0; bg < B * G; bg++) {
            for (@Parallel int j = 0; j < T; j++) {
                int dv = offsets.get(dqkvSlot) + (bg / G * T + j) * (H + 2 * G) * D + (H + G + bg % G) * D;
                int firstHead = bg / G * H + bg % G * (H / G);
                for (int d = 0; d < D; d++) {
                    a.set(dv + d, 0f);
                }
                for (int bh = firstHead; bh < firstHead + H / G; bh++) {
                    int column = offsets.get(pSlot) + bh * T * T + j;
                    int douts = offsets.get(doutSlot) + bh / H * T * H * D + bh % H * D;
                    for (int i = j; i < T; i++) {
                        float p = a.get(column + i * T)
                                * Philox.mask(counters, offsets.get(siteSlot), bh * T + i, j, threshold, keptScale);
                        for (int d = 0; d < D; d++) {
                            a.set(dv + d, a.get(dv + d) + p * a.get(douts + i * H * D + d));
                        }
                    }
                }
            }
        }
    }
}
