package org.tornadogpt.kernels.check;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.tornadogpt.kernels.cases.CaseTensors;
import org.tornadogpt.kernels.cases.KernelCase;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.kernels.graph.Recorder;
import org.tornadogpt.kernels.graph.Workspace;
import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.memory.IntTensor;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.kernels.ops.elementwise.Elementwise;

/**
 * One small program on one device. Activations are copied from state and back to it, as their memory is known to the
 * device only.
 */
final class Trial implements CaseTensors {
    private final Workspace workspace;
    private final List<Tensor> results = new ArrayList<>();
    private final List<Tensor> state = new ArrayList<>();
    private final List<int[]> intValues = new ArrayList<>();
    private final List<IntTensor> ints = new ArrayList<>();
    private Recorder recorder;
    private int seed;

    Trial(KernelChoices kernels) {
        workspace = new Workspace(kernels);
    }

    /** Records and runs the case; the values of all its results, one after another. */
    float[] run(KernelCase kernelCase) {
        workspace.record("trial", into -> {
            recorder = into;
            kernelCase.body().record(into, this);
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

    @Override
    public Tensor parameter(String name, int... shape) {
        Tensor tensor = workspace.state(name, shape);
        SplittableRandom random = new SplittableRandom(++seed);
        for (int i = 0; i < tensor.size(); i++) {
            tensor.slice().set(i, (float) random.nextGaussian());
        }
        state.add(tensor);
        return tensor;
    }

    @Override
    public Tensor constant(String name, float value, int... shape) {
        Tensor tensor = workspace.state(name, shape);
        for (int i = 0; i < tensor.size(); i++) {
            tensor.slice().set(i, value);
        }
        state.add(tensor);
        return tensor;
    }

    @Override
    public Tensor activation(String name, int... shape) {
        Tensor copy = recorder.allocate(name, shape);
        Elementwise.copy(recorder, new Elementwise.Copy(copy, parameter(name + ".values", shape)));
        return copy;
    }

    @Override
    public Tensor unset(String name, int... shape) {
        Tensor tensor = recorder.allocate(name, shape);
        Elementwise.copy(recorder, new Elementwise.Copy(tensor, constant(name + ".unset", Float.NaN, shape)));
        return tensor;
    }

    @Override
    public IntTensor below(String name, int bound, int size) {
        IntTensor tensor = workspace.intInput(name, size);
        ints.add(tensor);
        intValues.add(new SplittableRandom(++seed).ints(size, 0, bound).toArray());
        return tensor;
    }

    @Override
    public IntTensor ints(String name, int... values) {
        IntTensor tensor = workspace.intInput(name, values.length);
        ints.add(tensor);
        intValues.add(values);
        return tensor;
    }

    @Override
    public Tensor input(String name, float... values) {
        Tensor tensor = workspace.input(name, values.length);
        tensor.slice().copyFrom(values);
        return tensor;
    }

    @Override
    public Dropout dropout(float probability) {
        IntTensor counters = workspace.intInput("counters" + ++seed, Dropout.COUNTERS);
        ints.add(counters);
        intValues.add(new int[] {0x9ABCDEF0, -77, 1234, 1});
        return new Dropout(probability, 7, counters);
    }

    @Override
    public void result(Tensor activation) {
        int[] shape = {activation.size()};
        Tensor flat = activation.view(activation.name() + ".flat", 0, shape);
        Tensor kept = workspace.state(activation.name() + ".result", shape);
        Elementwise.copy(recorder, new Elementwise.Copy(kept, flat));
        results.add(kept);
    }

    @Override
    public void resultState(Tensor tensor) {
        results.add(tensor);
    }

    @Override
    public Tensor output(String name) {
        Tensor tensor = workspace.output(name, 1);
        results.add(tensor);
        return tensor;
    }
}
