package org.tornadogpt.model;

import java.util.Arrays;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.kernels.kernel.random.PhiloxStream;
import org.tornadogpt.kernels.memory.DType;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.model.layer.ParameterLayout;

/** Comparing and making arrays. */
final class Numbers {
    private Numbers() {}

    /**
     * Fails unless each element is within {@code relative} of the expected one, or within {@code relative} of the
     * largest expected one: elements that are small by cancellation carry the errors of the large ones. NaN fails.
     */
    static void assertClose(String what, float[] actual, double[] expected, double relative) {
        if (actual.length != expected.length) {
            throw new AssertionError(what + ": " + actual.length + " elements, expected " + expected.length);
        }
        double largest = Arrays.stream(expected).map(Math::abs).max().orElse(0);
        double floor = relative * largest + 1e-9;
        for (int i = 0; i < actual.length; i++) {
            double allowed = floor + relative * Math.abs(expected[i]);
            double error = Math.abs(actual[i] - expected[i]);
            if (!(error <= allowed)) {
                throw new AssertionError(what + "[" + i + "] is " + actual[i] + ", expected " + expected[i]
                        + ": off by " + error + ", allowed " + allowed);
            }
        }
    }

    static void assertClose(String what, double actual, double expected, double relative) {
        assertClose(what, new float[] {(float) actual}, new double[] {expected}, relative);
    }

    static double[] doubles(float[] values) {
        double[] result = new double[values.length];
        Arrays.setAll(result, i -> values[i]);
        return result;
    }

    static float[] values(Tensor tensor) {
        return tensor.slice().toArray();
    }

    static int[] tokens(PhiloxStream random, int count, int vocabularySize) {
        int[] tokens = new int[count];
        Arrays.setAll(tokens, i -> random.nextInt(vocabularySize));
        return tokens;
    }

    /** Those of {@link #livelyParameters}, in a type. */
    static Weights livelyWeights(ModelConfig config, Device device, DType type) {
        Weights weights = new Weights(config.model(), device, type);
        ParameterLayout layout = config.model().parameters();
        float[] values = livelyParameters(layout, 2);
        for (ParameterLayout.Parameter p : layout.all()) {
            float[] own = Arrays.copyOfRange(values, p.offset(), p.offset() + p.size());
            weights.parameters().get(p.name()).slice().copyFrom(own);
        }
        return weights;
    }

    /** Values at which every path of a model matters: unlike a real start, biases are not 0 and weights not small. */
    static float[] livelyParameters(ParameterLayout layout, long seed) {
        PhiloxStream random = new PhiloxStream(seed, 1);
        float[] values = new float[layout.size()];
        for (ParameterLayout.Parameter p : layout.all()) {
            for (int i = 0; i < p.size(); i++) {
                values[p.offset() + i] = p.initial().mean() + 0.3f * random.nextGaussian();
            }
        }
        return values;
    }
}
