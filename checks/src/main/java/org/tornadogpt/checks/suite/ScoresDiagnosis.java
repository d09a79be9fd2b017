package org.tornadogpt.checks.suite;

import java.util.List;
import java.util.Optional;
import org.tornadogpt.checks.suite.Mismatch.Budget;
import org.tornadogpt.kernels.cases.Reference;
import org.tornadogpt.kernels.graph.Node;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.ops.attention.AttentionShape;
import org.tornadogpt.kernels.ops.attention.CausalAttention;

/** Whether a wrong result of attention is that of scores with another scale. */
final class ScoresDiagnosis {
    private ScoresDiagnosis() {}

    static Optional<String> of(GuardedCase recorded, Reference reference, Budget budget, Mismatch m) {
        for (Node node : recorded.nodes()) {
            if (node.call() instanceof CausalAttention.Forward f
                    && f.out() == recorded.results().get(m.result()).tensor()) {
                double root = Math.sqrt(f.shape().D());
                if (explains(root, f, recorded, reference, budget, m)) {
                    return Optional.of("the scale is wrong: its scores are not divided by the root of D");
                }
                if (explains(1 / root, f, recorded, reference, budget, m)) {
                    return Optional.of("the scale is wrong: its scores are divided by D instead of its root");
                }
            }
        }
        return Optional.empty();
    }

    /** Queries that are larger by a factor make scores that are. */
    private static boolean explains(
            double factor,
            CausalAttention.Forward f,
            GuardedCase recorded,
            Reference reference,
            Budget budget,
            Mismatch m) {
        recorded.restore();
        AttentionShape s = f.shape();
        Slice qkv = f.qkv().slice();
        for (int n = 0; n < s.rows(); n++) {
            for (int c = 0; c < s.width(); c++) {
                int at = n * s.packedWidth() + c;
                qkv.set(at, (float) (qkv.get(at) * factor));
            }
        }
        List<double[]> exact = DoubleRun.of(recorded, reference, true);
        recorded.restore();
        // scores of this size let rounding grow with them
        Budget wider = new Budget(16 * budget.absolute(), 16 * budget.relative());
        return Mismatch.of(m.result(), m.name(), m.actual(), exact.get(m.result()), wider)
                .isEmpty();
    }
}
