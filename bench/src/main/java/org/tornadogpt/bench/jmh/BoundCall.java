package org.tornadogpt.bench.jmh;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.kernels.graph.Node;
import org.tornadogpt.kernels.graph.OperationCall;
import org.tornadogpt.kernels.graph.Program;
import org.tornadogpt.kernels.graph.Recorder;
import org.tornadogpt.kernels.graph.Workspace;
import org.tornadogpt.kernels.memory.IntTensor;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.kernels.ops.optimizer.AdamW;

/** A call with memory of its own and seeded data, as a program that a device runs. */
final class BoundCall {
    private static final String PREPARE = "prepare";
    private static final String CALL = "call";
    private static final int ALIGNMENT = 16;
    private static final long SEED = 42;
    private static final float[] HYPER = {1e-4f, 0.9f, 0.999f, 1e-8f, 0.1f, 0.1f, 0.001f, 1f};

    private final Workspace workspace;
    private final StepCall call;
    private final IdentityHashMap<Object, Object> bound = new IdentityHashMap<>();
    private final IdentityHashMap<Object, Integer> placed = new IdentityHashMap<>();
    private final List<Tensor> tensors = new ArrayList<>();
    private final List<IntTensor> ints = new ArrayList<>();
    private final int tokenBound;
    private Tensor slab;

    /**
     * Binds and fills; what a preparing call computes is computed.
     *
     * @param kernels the device, and the variants that compute the call
     * @param tokenBound ints are smaller than this
     */
    BoundCall(KernelChoices kernels, StepCall call, int tokenBound) {
        workspace = new Workspace(kernels);
        this.call = call;
        this.tokenBound = tokenBound;
        int slabSize = plan();
        if (call.preparation() != null) {
            workspace.record(PREPARE, recorder -> again(recorder, call.preparation(), slabSize));
        }
        workspace.record(CALL, recorder -> again(recorder, call.call(), slabSize));
        workspace.build();
        fill();
        if (call.preparation() != null) {
            workspace.program(PREPARE).run();
        }
    }

    /**
     * Gives each activation its place in one slab, as in a training step all activations lie in one array; returns the
     * slab's size. The slab is one tensor, so the planner never lets a result take an argument's place.
     */
    private int plan() {
        int end = 0;
        for (Object argument : Arguments.memory(call.call())) {
            if (argument instanceof Tensor tensor
                    && !call.prepared().contains(tensor)
                    && !StepCalls.isState(tensor)
                    && !placed.containsKey(tensor)) {
                placed.put(tensor, end);
                end = Math.addExact(end, (tensor.size() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
            }
        }
        return end;
    }

    private void again(Recorder recorder, OperationCall made, int slabSize) {
        if (slab == null && slabSize > 0) {
            slab = recorder.allocate("slab", slabSize);
        }
        Arguments.replace(made, old -> bound.computeIfAbsent(old, this::bind)).record(recorder);
    }

    private Object bind(Object old) {
        if (old instanceof IntTensor template) {
            return ints(template);
        }
        Tensor template = (Tensor) old;
        if (call.prepared().contains(template)) {
            return prepared(template.name());
        }
        int[] shape = template.shape().stream().mapToInt(Integer::intValue).toArray();
        Tensor tensor = StepCalls.isState(template)
                ? workspace.state(template.name(), shape)
                : slab.view(template.name(), placed.get(template), shape);
        tensors.add(tensor);
        return tensor;
    }

    /** What the preparing call allocated in place of the tensor of that name: its shape may be another. */
    private Tensor prepared(String name) {
        return workspace.nodes(PREPARE).nodes().stream()
                .flatMap(node -> node.writes().stream())
                .filter(tensor -> tensor.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private IntTensor ints(IntTensor template) {
        IntTensor tensor = workspace.intInput(template.name(), template.size());
        ints.add(tensor);
        return tensor;
    }

    private void fill() {
        SplittableRandom random = new SplittableRandom(SEED);
        for (Tensor tensor : tensors) {
            float[] values = new float[tensor.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = (random.nextInt() >> 8) * 0x1p-23f;
            }
            arrange(tensor.name(), values);
            tensor.slice().copyFrom(values);
            if (StepCalls.isState(tensor)) {
                workspace.toDevice(tensor);
            }
        }
        for (IntTensor tensor : ints) {
            tensor.copyFrom(random.ints(tensor.size(), 0, tokenBound).toArray());
        }
    }

    /** Where not any number will do. */
    private static void arrange(String name, float[] values) {
        switch (name) {
            case "hyper" -> System.arraycopy(HYPER, 0, values, 0, AdamW.HYPER);
            case "norm" -> values[0] = 2f;
            case "secondMoment" -> {
                for (int i = 0; i < values.length; i++) {
                    values[i] = Math.abs(values[i]);
                }
            }
            default -> {
                // any number in [-1, 1)
            }
        }
    }

    Program program() {
        return workspace.program(CALL);
    }

    /** What the call became; more than one node where the chosen variant does not fuse what the call joins. */
    List<Node> nodes() {
        return workspace.nodes(CALL).nodes();
    }

    /** All arguments' values, by name and position. */
    Map<String, float[]> values() {
        Map<String, float[]> values = new HashMap<>();
        for (int i = 0; i < tensors.size(); i++) {
            workspace.toHost(tensors.get(i));
            values.put(i + " " + tensors.get(i).name(), tensors.get(i).slice().toArray());
        }
        return values;
    }
}
