package org.tornadogpt.kernels.device.jvm;

import java.util.List;
import org.tornadogpt.kernels.graph.NodeList;

/**
 * What the {@code cpu} device does about the JIT compilers. Until its code is compiled a program takes many times as
 * long.
 *
 * <ul>
 *   <li>The largest kernels are run in a thread of their own from the device's beginning, until C2 has compiled them.
 *       The first training step waits for that: it ends sooner than beside the compilation of its largest kernels.
 *   <li>With few threads the first runs use one of them only, because the compilers need the other cores more. Of
 *       {@code kernel-cpu} 2,000 tokens came sooner with one thread, 10,000 with one for the first 3,000; its first
 *       training step ended sooner, too.
 * </ul>
 *
 * Results do not depend on any of it.
 */
final class JitWarmUp {
    /** Floating-point operations after which enough is compiled. */
    private static final long SLOW_FLOPS = 5_000_000_000L;

    /** With more threads there are cores for the compilers, too. */
    private static final int FEW_THREADS = 3;

    private final boolean few;
    private boolean awaitsTraining;
    private long flops;

    /** A device with {@code threads} threads begins. */
    JitWarmUp(int threads) {
        few = threads > 1 && threads <= FEW_THREADS;
        WarmUpVector.begin();
    }

    /** Told of programs before their first run. */
    void built(List<NodeList> programs) {
        if (programs.stream()
                .flatMap(program -> program.nodes().stream())
                .anyMatch(node -> node.phase().startsWith("backward"))) {
            WarmUpVector.beginTraining();
            awaitsTraining = true;
        }
    }

    /** Told of a run before it begins; returns whether it should have one thread only. */
    boolean runsAlone(long programFlops) {
        if (awaitsTraining) {
            WarmUpVector.awaitTraining();
            awaitsTraining = false;
        }
        boolean alone = few && flops < SLOW_FLOPS;
        flops += programFlops;
        return alone;
    }
}
