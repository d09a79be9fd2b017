package org.tornadogpt.trainer.ranks;

import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.model.GradientReducer;

/** A process by itself: what it has is what all have. */
final class Alone implements Ranks {
    @Override
    public int rank() {
        return 0;
    }

    @Override
    public int size() {
        return 1;
    }

    @Override
    public int localRank() {
        return 0;
    }

    @Override
    public int localSize() {
        return 1;
    }

    @Override
    public String description() {
        return "one process";
    }

    @Override
    public boolean any(boolean mine) {
        return mine;
    }

    @Override
    public double[] gather(double... mine) {
        return mine.clone();
    }

    @Override
    public String share(String mine, int from) {
        return mine;
    }

    @Override
    public void share(Slice values) {
        // nobody to share with
    }

    @Override
    public void awaitLong() {
        // nobody to wait for
    }

    @Override
    public GradientReducer reducer(Exchange exchange, int parameters) {
        return GradientReducer.NONE;
    }
}
