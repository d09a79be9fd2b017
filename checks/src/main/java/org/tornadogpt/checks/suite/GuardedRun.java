package org.tornadogpt.checks.suite;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.tornadogpt.kernels.cases.Reference;
import org.tornadogpt.kernels.graph.NodeList;
import org.tornadogpt.kernels.graph.Program;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.memory.Tensor;

/** A recorded case, built for one place and run as often as wanted, from the same memory each time. */
final class GuardedRun {
    private static final String PROGRAM = "case";

    /**
     * What one run left.
     *
     * @param results values of the case's results, in order
     * @param damage a guard that was overwritten
     */
    record Left(List<float[]> results, Optional<String> damage) {
        /** The first result whose bits differ; -1 if none does. */
        int firstDifference(Left other) {
            for (int r = 0; r < results.size(); r++) {
                if (difference(results.get(r), other.results.get(r)) >= 0) {
                    return r;
                }
            }
            return -1;
        }

        /** The first element whose bits differ; any NaN is like any other. */
        static int difference(float[] a, float[] b) {
            for (int i = 0; i < a.length; i++) {
                if (Float.floatToIntBits(a[i]) != Float.floatToIntBits(b[i])) {
                    return i;
                }
            }
            return -1;
        }
    }

    private final GuardedCase recorded;
    private final Place place;
    private final Program program;

    GuardedRun(GuardedCase recorded, Place place) {
        this.recorded = recorded;
        this.place = place;
        program = place.device()
                .build(List.of(new NodeList(PROGRAM, place.nodes(recorded.nodes()))), recorded.buffers())
                .get(PROGRAM);
    }

    /** Runs it with what is to be overwritten set to NaN. */
    Left run() {
        restore();
        return go();
    }

    /** Runs it with what is to be overwritten set to numbers: who adds to them shows. */
    Left runOver(float before) {
        restore();
        for (Tensor tensor : recorded.unset()) {
            float[] values = new float[tensor.size()];
            Arrays.fill(values, before);
            tensor.slice().copyFrom(values);
        }
        return go();
    }

    /** Runs it with one element changed. */
    Left runWith(Tensor tensor, int element, float value) {
        restore();
        tensor.slice().set(element, value);
        return go();
    }

    /** The exact results of that. */
    List<double[]> exactWith(Tensor tensor, int element, float value, Reference reference) {
        restore();
        tensor.slice().set(element, value);
        return DoubleRun.of(recorded, reference, true);
    }

    /** The exact results, with or without dropout in backward passes. */
    List<double[]> exact(Reference reference, boolean maskBackward) {
        restore();
        return DoubleRun.of(recorded, reference, maskBackward);
    }

    private void restore() {
        recorded.restore();
    }

    private Left go() {
        for (Slice zone : List.of(recorded.activations().all(), recorded.state().all())) {
            place.device().toDevice(zone);
        }
        program.run();
        for (Slice zone : List.of(recorded.activations().all(), recorded.state().all())) {
            place.device().toHost(zone);
        }
        List<float[]> results = recorded.results().stream()
                .map(r -> r.tensor().slice().toArray())
                .toList();
        return new Left(results, damage());
    }

    private Optional<String> damage() {
        OptionalInt activation = recorded.activations().damaged();
        OptionalInt kept = recorded.state().damaged();
        if (activation.isPresent()) {
            return Optional.of("element " + activation.getAsInt() + " of the activations' array");
        }
        return kept.isPresent()
                ? Optional.of("element " + kept.getAsInt() + " of the parameters' array")
                : Optional.empty();
    }
}
