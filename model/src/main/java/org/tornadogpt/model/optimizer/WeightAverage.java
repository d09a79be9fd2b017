package org.tornadogpt.model.optimizer;

import org.tornadogpt.kernels.graph.Recorder;
import org.tornadogpt.kernels.graph.Workspace;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.kernels.ops.elementwise.Elementwise;

/**
 * An exponential moving average of weights (Polyak and Juditsky 1992): after step t, counted from 1,
 *
 * <pre>
 *   average = d average + (1 - d) weights,   d = min(decay, (1 + t) / (10 + t))
 * </pre>
 *
 * so that the first steps' average forgets the initial weights as fast as it can know better ones.
 */
public final class WeightAverage {
    private final float decay;
    private final Tensor factors;

    public WeightAverage(float decay, Workspace workspace) {
        this.decay = decay;
        factors = workspace.input("averageFactors", 2);
    }

    /** Records one update of {@code average}; one shape. */
    public void record(Recorder recorder, Tensor average, Tensor weights) {
        new Elementwise.Combine(average, average, weights, factors).record(recorder);
    }

    /** Sets a step's numbers; steps are counted from 1. */
    public void prepare(long step) {
        float d = (float) Math.min(decay, (1.0 + step) / (10.0 + step));
        Slice slice = factors.slice();
        slice.set(0, d);
        slice.set(1, 1 - d);
    }
}
