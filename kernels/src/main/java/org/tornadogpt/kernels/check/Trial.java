package org.tornadogpt.kernels.check;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.kernels.graph.Operations;
import org.tornadogpt.kernels.graph.Workspace;
import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.memory.IntTensor;
import org.tornadogpt.kernels.memory.Tensor;

/**
 * One small program on one device, with inputs that depend on the order in which they are asked for only. Activations come from state
 * and go back to it, as in a model, by way of {@code residual} with nothing added.
 */
final class Trial {
    private final Workspace workspace;
    private final List<Tensor> results = new ArrayList<>();
    private final List<Tensor> state = new ArrayList<>();
    private final List<int[]> intValues = new ArrayList<>();
    private final List<IntTensor> ints = new ArrayList<>();
    private Operations ops;
    private int seed;

    Trial(Device device, KernelChoices kernels) {
        workspace = new Workspace(device, kernels);
    }

    /** Records and runs the case; the values of all its results, one after another. */
    float[] run(KernelCase kernelCase) {
        workspace.record("trial", recorder -> {
            ops = recorder;
            kernelCase.body().record(recorder, this);
        });
        workspace.build();
        state.forEach(workspace::toDevice);
        for (int i = 0; i < ints.size(); i++) {
            ints.get(i).copyFrom(intValues.get(i));
        }
        workspace.program("trial").run();
        int length = results.stream().mapToInt(Tensor::size).sum();
        float[] all = new float[length];
        int at = 0;
        for (Tensor result : results) {
            workspace.toHost(result);
            System.arraycopy(result.slice().toArray(), 0, all, at, result.size());
            at += result.size();
        }
        return all;
    }

    /** A parameter or moment with normal values. */
    Tensor parameter(String name, int... shape) {
        Tensor tensor = workspace.state(name, shape);
        SplittableRandom random = new SplittableRandom(++seed);
        for (int i = 0; i < tensor.size(); i++) {
            tensor.slice().set(i, (float) random.nextGaussian());
        }
        state.add(tensor);
        return tensor;
    }

    /** A state tensor with the same value everywhere. */
    Tensor constant(String name, float value, int... shape) {
        Tensor tensor = workspace.state(name, shape);
        for (int i = 0; i < tensor.size(); i++) {
            tensor.slice().set(i, value);
        }
        state.add(tensor);
        return tensor;
    }

    /** An activation with normal values. */
    Tensor activation(String name, int... shape) {
        Tensor copy = ops.allocate(name, shape);
        ops.residual(copy, parameter(name + ".values", shape), constant(name + ".zero", 0f, shape), Dropout.none());
        return copy;
    }

    /** An activation that the case overwrites: not a number until then. */
    Tensor unset(String name, int... shape) {
        Tensor tensor = ops.allocate(name, shape);
        ops.fill(tensor, Float.intBitsToFloat(0x7f7fffff));
        return tensor;
    }

    /** Ints below {@code bound}. */
    IntTensor below(String name, int bound, int size) {
        IntTensor tensor = workspace.intInput(name, size);
        ints.add(tensor);
        intValues.add(new SplittableRandom(++seed).ints(size, 0, bound).toArray());
        return tensor;
    }

    /** Ints with these values. */
    IntTensor ints(String name, int... values) {
        IntTensor tensor = workspace.intInput(name, values.length);
        ints.add(tensor);
        intValues.add(values);
        return tensor;
    }

    /** Floats that the host sets. */
    Tensor input(String name, float... values) {
        Tensor tensor = workspace.input(name, values.length);
        tensor.slice().copyFrom(values);
        return tensor;
    }

    Dropout dropout(float probability) {
        IntTensor counters = workspace.intInput("counters" + ++seed, Dropout.COUNTERS);
        ints.add(counters);
        intValues.add(new int[] {0x9ABCDEF0, -77, 1234, 1});
        return new Dropout(probability, 7, counters);
    }

    /** An activation whose values are compared. */
    void result(Tensor activation) {
        int[] shape = {activation.size()};
        Tensor flat = activation.view(activation.name() + ".flat", 0, shape);
        Tensor kept = workspace.state(activation.name() + ".result", shape);
        ops.residual(kept, flat, constant(activation.name() + ".none", 0f, shape), Dropout.none());
        results.add(kept);
    }

    /** State whose values are compared. */
    void resultState(Tensor tensor) {
        results.add(tensor);
    }

    /** An output of the workspace, to be compared. */
    Tensor output(String name) {
        Tensor tensor = workspace.output(name, 1);
        results.add(tensor);
        return tensor;
    }
}
