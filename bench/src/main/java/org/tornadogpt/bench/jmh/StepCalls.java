package org.tornadogpt.bench.jmh;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.kernels.graph.Node;
import org.tornadogpt.kernels.graph.Node.Cost;
import org.tornadogpt.kernels.graph.Operations;
import org.tornadogpt.kernels.graph.Recording;
import org.tornadogpt.kernels.graph.Workspace;
import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.memory.IntTensor;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.kernels.ops.optimizer.AdamW;
import org.tornadogpt.model.LanguageModel;
import org.tornadogpt.trainer.settings.TrainSettings;
import org.tornadogpt.trainer.settings.Values;

/** Listens to a model that records a training step and an evaluation, and keeps what it calls. Nothing is computed. */
final class StepCalls implements InvocationHandler {
    /** Tensors that stay with the model, by the first part of their names; all others are activations. */
    private static final Set<String> STATE =
            Set.of("parameters", "gradients", "firstMoment", "secondMoment", "hyper", "loss", "norm");

    private final IdentityHashMap<Object, StepCall> producers = new IdentityHashMap<>();
    private final List<StepCall> calls = new ArrayList<>();
    private Recording recording;
    private int heardNodes;
    private int index;

    private StepCalls() {}

    /** A preset's settings; the error for an unknown one lists those that exist. */
    static TrainSettings settings(String preset) {
        Values values = new Values();
        values.set("preset", preset);
        return TrainSettings.of(values);
    }

    /** Every call of a step of this preset with {@code batch} examples; calls of the same label appear once. */
    static List<StepCall> of(Device device, String preset, int batch) {
        Map<String, StepCall> distinct = new LinkedHashMap<>();
        all(device, preset, batch).forEach(call -> distinct.putIfAbsent(call.label(), call));
        return List.copyOf(distinct.values());
    }

    /** Every call, repetitions included. */
    static List<StepCall> all(Device device, String preset, int batch) {
        LanguageModel model = settings(preset).model().model();
        Workspace workspace = new Workspace(device, new KernelChoices(device, Map.of()));
        int rows = Math.multiplyExact(batch, model.blockSize());
        LanguageModel.Batch inputs = new LanguageModel.Batch(
                batch,
                model.blockSize(),
                workspace.intInput("tokens", rows),
                workspace.intInput("targets", rows),
                workspace.intInput("counters", Dropout.COUNTERS));
        StepCalls listener = new StepCalls();
        workspace.record("step", ops -> listener.listen(ops, model, inputs));
        return listener.calls;
    }

    static boolean isState(Tensor tensor) {
        int dot = tensor.name().indexOf('.');
        return STATE.contains(dot < 0 ? tensor.name() : tensor.name().substring(0, dot));
    }

    /** As the trainer records its programs. */
    private void listen(Operations ops, LanguageModel model, LanguageModel.Batch inputs) {
        recording = (Recording) ops;
        Operations heard = (Operations)
                Proxy.newProxyInstance(Operations.class.getClassLoader(), new Class<?>[] {Operations.class}, this);
        int size = model.parameters().size();
        Tensor parameters = ops.allocate("parameters", size);
        Tensor gradients = ops.allocate("gradients", size);
        Tensor loss = ops.allocate("loss", 1);
        Tensor norm = ops.allocate("norm", 1);
        heard.fill(gradients, 0f);
        model.recordGradients(heard, inputs, parameters, gradients, loss, 1f / inputs.rows());
        heard.gradientNorm(norm, gradients);
        heard.adamW(
                parameters,
                gradients,
                ops.allocate("firstMoment", size),
                ops.allocate("secondMoment", size),
                ops.allocate("hyper", AdamW.HYPER),
                norm,
                model.parameters().decayed());
        model.recordLoss(heard, inputs, parameters, loss);
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) {
        if (method.getName().equals("allocate")) {
            return StepCall.invoke(method, recording, arguments);
        }
        if (method.getName().equals("section")) {
            ((Runnable) arguments[2]).run();
            return null;
        }
        Object result = StepCall.invoke(method, recording, arguments);
        keep(method, arguments, result);
        FusedCall.parts((Operations) proxy, method.getName(), arguments);
        return result;
    }

    private void keep(Method method, Object[] arguments, Object result) {
        Tensor saved = null;
        for (Object argument : arguments) {
            if (argument instanceof Tensor tensor && producers.containsKey(tensor)) {
                saved = tensor;
            }
        }
        List<Node> nodes = recording.nodes();
        List<Node> added = nodes.subList(heardNodes, nodes.size());
        heardNodes = nodes.size();
        StepCall call = new StepCall(
                index++,
                method,
                Arrays.asList(arguments.clone()),
                saved,
                saved == null ? null : producers.get(saved),
                added.get(0).operation(),
                added.stream().map(Node::cost).reduce(new Cost(0, 0), Cost::plus));
        calls.add(call);
        if (result != null) {
            producers.put(result, call);
        }
    }

    /** Ints are all below the vocabulary's size: tokens and targets must be, counters may be anything. */
    static int bound(String preset) {
        return settings(preset).model().vocabularySize();
    }

    /** Whether this is one of the kinds of argument that hold memory. */
    static boolean holdsMemory(Object argument) {
        return argument instanceof Tensor || argument instanceof IntTensor || argument instanceof Dropout;
    }
}
