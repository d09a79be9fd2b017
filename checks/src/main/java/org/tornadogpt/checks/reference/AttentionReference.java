package org.tornadogpt.checks.reference;

import org.tornadogpt.checks.oracle.AttentionOracle;
import org.tornadogpt.kernels.cases.Doubles;
import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.ops.attention.AttentionShape;
import org.tornadogpt.kernels.ops.attention.CausalAttention;
import org.tornadogpt.kernels.ops.cachedattention.CachedAttention;

/**
 * Attention over a sequence, and of one position with keys and values kept. What a variant saves is its own business.
 */
final class AttentionReference {
    private AttentionReference() {}

    static void forward(CausalAttention.Forward a, Doubles values) {
        values.set(a.out(), oracle(a, values).out());
    }

    static void backward(CausalAttention.Backward a, Doubles values) {
        values.set(a.dqkv(), oracle(a.forward(), values).dqkv(values.get(a.dout())));
    }

    private static AttentionOracle oracle(CausalAttention.Forward a, Doubles values) {
        return new AttentionOracle(a.shape(), values.dropout(a.dropout()), values.get(a.qkv()));
    }

    static void fill(CachedAttention.Fill a, Doubles values) {
        AttentionShape s = a.shape();
        int P = a.qkv().rows() / s.B();
        double[] qkv = values.get(a.qkv());
        Caches caches = new Caches(s, values.get(a.keyCache()), values.get(a.valueCache()));
        int[] slots = values.ints(a.slots());
        for (int n = 0; n < s.B() * P; n++) {
            caches.put(slots[n / P], n % P, qkv, n);
        }
        values.set(a.keyCache(), caches.keys);
        values.set(a.valueCache(), caches.values);
    }

    static void step(CachedAttention.Step a, Doubles values) {
        AttentionShape s = a.shape();
        double[] qkv = values.get(a.qkv());
        double[] out = new double[a.out().size()];
        Caches caches = new Caches(s, values.get(a.keyCache()), values.get(a.valueCache()));
        int[] slots = values.ints(a.slots());
        int[] positions = values.ints(a.positions());
        for (int b = 0; b < s.B(); b++) {
            caches.put(slots[b], positions[b], qkv, b);
            double[] all = caches.attend(slots[b], positions[b], qkv, b);
            System.arraycopy(all, 0, out, b * s.width(), s.width());
        }
        values.set(a.keyCache(), caches.keys);
        values.set(a.valueCache(), caches.values);
        values.set(a.out(), out);
    }

    /** Keys lie (slot, channel, time), values (slot, time, channel). */
    private record Caches(AttentionShape s, double[] keys, double[] values) {
        private int kept() {
            return s.kvHeads() * s.D();
        }

        void put(int slot, int position, double[] qkv, int row) {
            int from = row * s.packedWidth() + s.width();
            for (int c = 0; c < kept(); c++) {
                keys[(slot * kept() + c) * s.T() + position] = qkv[from + c];
                values[(slot * s.T() + position) * kept() + c] = qkv[from + kept() + c];
            }
        }

        /** The last row of the sequence that the slot then holds. */
        double[] attend(int slot, int position, double[] qkv, int row) {
            AttentionShape sequence = new AttentionShape(1, position + 1, s.heads(), s.kvHeads(), s.D());
            double[] packed = new double[sequence.rows() * s.packedWidth()];
            for (int t = 0; t <= position; t++) {
                int at = t * s.packedWidth() + s.width();
                for (int c = 0; c < kept(); c++) {
                    packed[at + c] = keys[(slot * kept() + c) * s.T() + t];
                    packed[at + kept() + c] = values[(slot * s.T() + t) * kept() + c];
                }
            }
            System.arraycopy(qkv, row * s.packedWidth(), packed, position * s.packedWidth(), s.width());
            double[] out = new AttentionOracle(sequence, Dropout.none(), packed).out();
            double[] last = new double[s.width()];
            System.arraycopy(out, position * s.width(), last, 0, last.length);
            return last;
        }
    }
}
