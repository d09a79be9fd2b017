package org.tornadogpt.kernels.device.jvm;

import static org.tornadogpt.kernels.kernel.vector.LanesVector.F;
import static org.tornadogpt.kernels.kernel.vector.LanesVector.LANES;

import jdk.incubator.vector.FloatVector;
import org.tornadogpt.kernels.kernel.BlockTask;

/**
 * The two ceilings of a roofline (Williams, Waterman and Patterson 2009), measured: how many fused multiply-adds all
 * threads can do when nothing else is asked of them, and how fast they copy arrays that do not fit into the caches.
 *
 * @param gflops fused multiply-add rate of all threads, counted as two operations, in 10^9/s
 * @param gigabytesPerSecond copy rate of all threads, bytes read plus bytes written, in 10^9/s
 */
public record CeilingsVector(double gflops, double gigabytesPerSecond) {
    private static final int ROUNDS = 12;
    private static final int CHAINS = 12;
    private static final int FMA_STEPS = 2_000_000;
    private static final int COPY_FLOATS = 16 << 20;

    /** Takes about a second; the best of several rounds counts. */
    public static CeilingsVector measure(int threads) {
        try (WorkerPool pool = new WorkerPool(threads)) {
            float[] sinks = new float[threads];
            double fma = best(pool, threads, (block, worker) -> sinks[block] = chains(FMA_STEPS));
            float[][] from = new float[threads][COPY_FLOATS];
            float[][] to = new float[threads][COPY_FLOATS];
            double copy =
                    best(pool, threads, (block, worker) -> System.arraycopy(from[block], 0, to[block], 0, COPY_FLOATS));
            double flops = 2.0 * CHAINS * LANES * FMA_STEPS * threads;
            double bytes = 2.0 * Float.BYTES * COPY_FLOATS * threads;
            return new CeilingsVector(flops / fma, bytes / copy);
        }
    }

    private static double best(WorkerPool pool, int blocks, BlockTask task) {
        long best = Long.MAX_VALUE;
        for (int i = 0; i < ROUNDS; i++) {
            long start = System.nanoTime();
            pool.run(blocks, task);
            best = Math.min(best, System.nanoTime() - start);
        }
        return best;
    }

    /** Twelve independent chains: more than the latency of an fma times the number of units that do them. */
    private static float chains(int steps) {
        FloatVector x = FloatVector.broadcast(F, 0.999f);
        FloatVector y = FloatVector.broadcast(F, 0.001f);
        FloatVector a = x;
        FloatVector b = y;
        FloatVector c = x;
        FloatVector d = y;
        FloatVector e = x;
        FloatVector f = y;
        FloatVector g = x;
        FloatVector h = y;
        FloatVector i = x;
        FloatVector j = y;
        FloatVector k = x;
        FloatVector l = y;
        for (int step = 0; step < steps; step++) {
            a = a.fma(x, y);
            b = b.fma(x, y);
            c = c.fma(x, y);
            d = d.fma(x, y);
            e = e.fma(x, y);
            f = f.fma(x, y);
            g = g.fma(x, y);
            h = h.fma(x, y);
            i = i.fma(x, y);
            j = j.fma(x, y);
            k = k.fma(x, y);
            l = l.fma(x, y);
        }
        FloatVector sum = a.add(b)
                .add(c)
                .add(d)
                .add(e)
                .add(f)
                .add(g)
                .add(h)
                .add(i)
                .add(j)
                .add(k)
                .add(l);
        return sum.lane(0);
    }
}
