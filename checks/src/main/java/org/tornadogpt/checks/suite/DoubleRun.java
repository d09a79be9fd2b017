package org.tornadogpt.checks.suite;

import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import org.tornadogpt.kernels.cases.Doubles;
import org.tornadogpt.kernels.cases.Reference;
import org.tornadogpt.kernels.graph.Node;
import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.memory.IntTensor;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.memory.Tensor;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** A recorded case in double precision: from the floats that its memory holds, without changing them. */
final class DoubleRun implements Doubles {
    private final IdentityHashMap<FloatArray, double[]> arrays = new IdentityHashMap<>();
    private final boolean maskBackward;
    private boolean backward;

    /** @param maskBackward false to compute what a backward pass without dropout would give */
    private DoubleRun(boolean maskBackward) {
        this.maskBackward = maskBackward;
    }

    /** The exact results of all nodes, in the order of the case's results. */
    static List<double[]> of(GuardedCase recorded, Reference reference, boolean maskBackward) {
        DoubleRun run = new DoubleRun(maskBackward);
        for (Node node : recorded.nodes()) {
            run.backward = node.phase().startsWith("backward");
            reference.compute(node.call(), run);
        }
        return recorded.results().stream().map(r -> run.get(r.tensor())).toList();
    }

    private double[] array(FloatArray array) {
        return arrays.computeIfAbsent(array, a -> {
            double[] wide = new double[a.getSize()];
            Arrays.setAll(wide, a::get);
            return wide;
        });
    }

    @Override
    public double[] get(Tensor tensor) {
        Slice slice = tensor.slice();
        return Arrays.copyOfRange(array(slice.array()), slice.offset(), slice.offset() + slice.length());
    }

    @Override
    public void set(Tensor tensor, double... values) {
        Slice slice = tensor.slice();
        if (values.length != slice.length()) {
            throw new IllegalArgumentException("the reference computes " + values.length + " values for " + tensor);
        }
        System.arraycopy(values, 0, array(slice.array()), slice.offset(), values.length);
    }

    @Override
    public int[] ints(IntTensor tensor) {
        int[] values = new int[tensor.size()];
        Arrays.setAll(values, tensor.array()::get);
        return values;
    }

    @Override
    public Dropout dropout(Dropout given) {
        return backward && !maskBackward ? given.off() : given;
    }
}
