package org.tornadogpt.bench;

import java.util.Optional;
import java.util.function.Supplier;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.model.GradientReducer;

/** Measures how long another one takes. */
final class TimedReducer implements GradientReducer {
    private final GradientReducer timed;
    private long nanos;

    TimedReducer(GradientReducer timed) {
        this.timed = timed;
    }

    void reset() {
        nanos = 0;
    }

    double millis() {
        return nanos / 1e6;
    }

    private <T> T measure(Supplier<T> work) {
        long start = System.nanoTime();
        T result = work.get();
        nanos += System.nanoTime() - start;
        return result;
    }

    @Override
    public double reduce(Slice gradients, double loss) {
        return measure(() -> timed.reduce(gradients, loss));
    }

    @Override
    public boolean takesEach() {
        return timed.takesEach();
    }

    @Override
    public void take(Slice gradient, double loss, boolean first) {
        measure(() -> {
            timed.take(gradient, loss, first);
            return first;
        });
    }

    @Override
    public Part part(int parameters) {
        return timed.part(parameters);
    }

    @Override
    public float norm(float own) {
        return measure(() -> timed.norm(own));
    }

    @Override
    public void gather(Slice parameters) {
        measure(() -> {
            timed.gather(parameters);
            return parameters;
        });
    }

    @Override
    public Optional<Slice> whole(Slice part) {
        return timed.whole(part);
    }
}
