package org.tornadogpt.checks.reference;

import org.tornadogpt.checks.oracle.RotaryOracle;
import org.tornadogpt.kernels.cases.Doubles;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.kernels.ops.attention.AttentionShape;
import org.tornadogpt.kernels.ops.rotary.Rotary;

/** Rotary position embedding. */
final class RotaryReference {
    private RotaryReference() {}

    static void forward(Rotary.Forward a, Doubles values) {
        values.set(a.qkv(), oracle(a, a.qkv(), values).rotated(values.get(a.qkv())));
    }

    static void backward(Rotary.Backward a, Doubles values) {
        values.set(a.dqkv(), oracle(a.forward(), a.dqkv(), values).gradient(values.get(a.dqkv())));
    }

    private static RotaryOracle oracle(Rotary.Forward a, Tensor rows, Doubles values) {
        AttentionShape s = a.shape();
        return a.positions() == null
                ? RotaryOracle.ofSequences(
                        new AttentionShape(rows.rows() / s.T(), s.T(), s.heads(), s.kvHeads(), s.D()), a.theta())
                : new RotaryOracle(s, values.ints(a.positions()), a.theta());
    }
}
