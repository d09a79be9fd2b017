package org.tornadogpt.bench.race;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tornadogpt.bench.op.AttentionOp;
import org.tornadogpt.bench.op.MatMulOp;
import org.tornadogpt.bench.op.Phase;
import org.tornadogpt.kernels.cases.OtherMathematics;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.kernels.graph.Workspace;
import org.tornadogpt.kernels.kernel.Variant;

/** A variant at one shape, built on a device: forward and backward, run one after the other. */
final class Contestant {
    private final Variant variant;
    private final List<Phase> phases;
    private final long bytes;

    /** @param seed of the inputs */
    Contestant(Device device, Variant variant, RaceShape shape, long seed) {
        this.variant = variant;
        Workspace workspace = new Workspace(new KernelChoices(device, Map.of(variant.operation(), variant.name())));
        if (variant.operation().equals("matmul")) {
            MatMulOp op = new MatMulOp(workspace, shape.array(), seed);
            phases = op.thoroughPhases(workspace);
            bytes = op.bytes();
        } else {
            AttentionOp op = new AttentionOp(workspace, shape.array(), seed);
            phases = op.phases(workspace);
            bytes = op.bytes();
        }
    }

    Variant variant() {
        return variant;
    }

    /** Memory of inputs and results, what forward keeps for backward among them. */
    long bytes() {
        return bytes;
    }

    double flops() {
        return phases.stream().mapToDouble(Phase::flops).sum();
    }

    /** Milliseconds of one pass. */
    double run() {
        long start = System.nanoTime();
        for (Phase phase : phases) {
            phase.program().run();
        }
        return (System.nanoTime() - start) / 1e6;
    }

    /** What is wrong with the results of the first run; what computes something else is not looked at. */
    Optional<String> wrong() {
        if (variant instanceof OtherMathematics) {
            return Optional.empty();
        }
        try {
            phases.forEach(phase -> phase.check().run());
            return Optional.empty();
        } catch (IllegalStateException e) {
            return Optional.of(e.getMessage());
        }
    }
}
