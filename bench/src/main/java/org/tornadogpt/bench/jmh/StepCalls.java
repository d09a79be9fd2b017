package org.tornadogpt.bench.jmh;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.kernels.graph.Node;
import org.tornadogpt.kernels.graph.OperationCall;
import org.tornadogpt.kernels.graph.Recorder;
import org.tornadogpt.kernels.graph.Workspace;
import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.memory.IntTensor;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.kernels.ops.elementwise.Elementwise;
import org.tornadogpt.kernels.ops.optimizer.AdamW;
import org.tornadogpt.kernels.ops.reduction.Reduction;
import org.tornadogpt.model.LanguageModel;
import org.tornadogpt.model.layer.Context;
import org.tornadogpt.model.layer.Parameters;
import org.tornadogpt.trainer.settings.TrainSettings;
import org.tornadogpt.trainer.settings.Values;

/** The calls of operations behind the nodes of a training step and an evaluation. Nothing is computed. */
final class StepCalls {
    /** Tensors that stay with the model, by the first part of their names; all others are activations. */
    private static final Set<String> STATE =
            Set.of("parameters", "gradients", "firstMoment", "secondMoment", "hyper", "loss", "norm");

    private final Workspace workspace;
    private final List<StepCall> calls = new ArrayList<>();
    private final IdentityHashMap<OperationCall, Node> nodes = new IdentityHashMap<>();

    private StepCalls(KernelChoices kernels) {
        workspace = new Workspace(kernels);
    }

    /** A preset's settings; the error for an unknown one lists those that exist. */
    static TrainSettings settings(String preset) {
        Values values = new Values();
        values.set("preset", preset);
        return TrainSettings.of(values);
    }

    /** Every call of a step of this preset with {@code batch} examples; calls of the same label appear once. */
    static List<StepCall> of(KernelChoices kernels, String preset, int batch) {
        Map<String, StepCall> distinct = new LinkedHashMap<>();
        all(kernels, preset, batch).forEach(call -> distinct.putIfAbsent(call.operation() + " " + call.label(), call));
        return List.copyOf(distinct.values());
    }

    /** Every call, repetitions included. A fused call is followed by the separate ones that it stands for. */
    static List<StepCall> all(KernelChoices kernels, String preset, int batch) {
        StepCalls listener = new StepCalls(kernels);
        listener.listen(settings(preset).model().model(), batch);
        return listener.calls;
    }

    static boolean isState(Tensor tensor) {
        int dot = tensor.name().indexOf('.');
        return STATE.contains(dot < 0 ? tensor.name() : tensor.name().substring(0, dot));
    }

    /** As the trainer records its programs. */
    private void listen(LanguageModel model, int batch) {
        int rows = Math.multiplyExact(batch, model.blockSize());
        LanguageModel.Batch inputs =
                new LanguageModel.Batch(workspace.intInput("tokens", rows), workspace.intInput("targets", rows));
        IntTensor counters = workspace.intInput("counters", Dropout.COUNTERS);
        workspace.record("step", recorder -> record(recorder, model, batch, inputs, counters));
        for (Node node : workspace.nodes("step").nodes()) {
            keep(node);
            node.call().parts().forEach(part -> keep(node(part)));
        }
    }

    private static void record(
            Recorder recorder, LanguageModel model, int batch, LanguageModel.Batch inputs, IntTensor counters) {
        int size = model.parameters().size();
        Tensor parameters = recorder.allocate("parameters", size);
        Tensor gradients = recorder.allocate("gradients", size);
        int T = model.blockSize();
        Parameters values = new Parameters(model.parameters(), parameters);
        Context training = Context.training(batch, T, values, counters);
        Tensor loss = recorder.allocate("loss", 1);
        Tensor norm = recorder.allocate("norm", 1);
        Elementwise.fill(recorder, new Elementwise.Fill(gradients, 0f));
        model.recordGradients(
                recorder, training, inputs, new Parameters(model.parameters(), gradients), loss, 1f / training.rows());
        Reduction.norm(recorder, new Reduction.Norm(norm, gradients));
        Tensor m = recorder.allocate("firstMoment", size);
        Tensor v = recorder.allocate("secondMoment", size);
        Tensor hyper = recorder.allocate("hyper", AdamW.HYPER);
        int decayed = model.parameters().decayed();
        AdamW.step(recorder, new AdamW.Step(parameters, gradients, m, v, hyper, norm, decayed));
        model.recordLoss(recorder, Context.evaluation(batch, T, values, counters), inputs, loss);
    }

    /** What a call becomes that no node stands for. */
    private Node node(OperationCall part) {
        String name = "part" + calls.size();
        workspace.record(name, part::record);
        return workspace.nodes(name).nodes().get(0);
    }

    private void keep(Node node) {
        OperationCall preparation = Arguments.preparation(node.call());
        nodes.put(node.call(), node);
        calls.add(new StepCall(
                calls.size(),
                node.phase(),
                node.call(),
                preparation,
                preparation == null ? Set.of() : allocatedBy(preparation),
                node.operation(),
                node.cost()));
    }

    private Set<Tensor> allocatedBy(OperationCall call) {
        Set<Tensor> allocated = Collections.newSetFromMap(new IdentityHashMap<>());
        if (nodes.containsKey(call)) {
            allocated.addAll(nodes.get(call).writes());
            Arguments.memory(call).forEach(allocated::remove);
        }
        return allocated;
    }

    /** Ints are all below the vocabulary's size: tokens and targets must be, counters may be anything. */
    static int bound(String preset) {
        return settings(preset).model().vocabularySize();
    }
}
