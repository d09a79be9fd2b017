package org.tornadogpt.checks.suite;

import java.util.Optional;
import org.tornadogpt.checks.suite.GuardedRun.Left;
import org.tornadogpt.kernels.graph.Node;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.kernels.ops.attention.AttentionShape;
import org.tornadogpt.kernels.ops.attention.CausalAttention;

/** Whether a wrong result of causal attention comes of a mask that hides or shows a position too many. */
final class MaskDiagnosis {
    private MaskDiagnosis() {}

    static Optional<String> of(GuardedCase recorded, GuardedRun run, Mismatch mismatch) {
        for (Node node : recorded.nodes()) {
            if (node.call() instanceof CausalAttention.Forward f
                    && f.out() == recorded.results().get(mismatch.result()).tensor()) {
                return of(f, run, mismatch.result());
            }
        }
        return Optional.empty();
    }

    private static Optional<String> of(CausalAttention.Forward f, GuardedRun run, int result) {
        AttentionShape s = f.shape();
        Left before = run.run();
        boolean seesItself = s.T() == 1;
        for (int t = s.T() - 1; t >= 0; t--) {
            Left after = changed(f, run, t);
            int first = firstRow(before.results().get(result), after.results().get(result), s);
            if (first >= 0 && first < t) {
                return Optional.of("its mask is off by " + (t - first) + ": out at time " + first
                        + " changes with the value at time " + t + ", which is in its future");
            }
            seesItself |= first == t && t > 0; // dropout may hide a few, and at time 0 there is no other
        }
        return seesItself
                ? Optional.empty()
                : Optional.of("its mask is off by one: out does not change with the value at its own time");
    }

    /** The first sequence's first value head at time t is another one. */
    private static Left changed(CausalAttention.Forward f, GuardedRun run, int t) {
        AttentionShape s = f.shape();
        Tensor qkv = f.qkv();
        int element = t * s.packedWidth() + (s.heads() + s.kvHeads()) * s.D();
        return run.runWith(qkv, element, 3f);
    }

    private static int firstRow(float[] before, float[] after, AttentionShape s) {
        int i = Left.difference(before, after);
        return i < 0 ? -1 : i / s.width() % s.T();
    }
}
