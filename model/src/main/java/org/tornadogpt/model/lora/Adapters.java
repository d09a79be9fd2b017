package org.tornadogpt.model.lora;

import java.util.ArrayList;
import java.util.List;
import org.tornadogpt.kernels.graph.Recorder;
import org.tornadogpt.kernels.graph.Workspace;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.kernels.ops.elementwise.Elementwise;
import org.tornadogpt.kernels.ops.matmul.MatMul;
import org.tornadogpt.model.Weights;
import org.tornadogpt.model.layer.ParameterLayout;
import org.tornadogpt.model.layer.Parameters;

/**
 * Adapters of a model that trains. The model computes with {@code W = base + s B A} (s = alpha / rank), so its own code
 * knows nothing of them; from the gradient {@code dW} that it computes anyhow follow
 *
 * <pre>
 *   dA = s B^T dW    (rank, in)
 *   dB = s dW A^T    (out, rank)
 * </pre>
 *
 * Only A and B are updated and have moments. Parameters without adapters are never written.
 */
public final class Adapters {
    private final LoraSettings settings;
    private final Weights weights;
    private final ParameterLayout layout;
    private final List<ParameterLayout.Parameter> targets = new ArrayList<>();
    private final List<Tensor> bases = new ArrayList<>();
    private final Tensor values;
    private Tensor gradients;
    private Tensor scale;

    /** Adapters that change nothing yet; call {@link #begin} when the weights have their values. */
    public Adapters(Weights weights, LoraSettings settings) {
        this.settings = settings;
        this.weights = weights;
        ParameterLayout.Builder builder = new ParameterLayout.Builder();
        for (ParameterLayout.Parameter p : weights.model().parameters().all()) {
            boolean target = settings.targets().stream()
                    .anyMatch(t -> p.name().endsWith("." + LoraSettings.TARGETS.get(t) + ".weight"));
            if (target) {
                targets.add(p);
                int in = p.shape().get(1);
                builder.add(a(p.name()), ParameterLayout.Initial.normal(1 / Math.sqrt(3.0 * in)), settings.rank(), in)
                        .add(
                                b(p.name()),
                                ParameterLayout.Initial.normal(0),
                                p.shape().get(0),
                                settings.rank());
            }
        }
        if (targets.isEmpty()) {
            throw new IllegalArgumentException("lora: the model has none of the matrices that adapters are for");
        }
        layout = builder.build();
        values = Tensor.of("adapters", Slice.allocate(layout.size()), layout.size());
    }

    /** Name of A of a parameter. */
    static String a(String name) {
        return name.replaceAll("\\.weight$", ".lora_A");
    }

    /** Name of B of a parameter. */
    static String b(String name) {
        return name.replaceAll("\\.weight$", ".lora_B");
    }

    public LoraSettings settings() {
        return settings;
    }

    /** Where A and B of each matrix lie. */
    public ParameterLayout layout() {
        return layout;
    }

    /** All A and B, flat. */
    public Tensor values() {
        return values;
    }

    /** A and B by name. */
    public Parameters parameters() {
        return new Parameters(layout, values);
    }

    /** Their gradients; there are some once memory was taken. */
    public Tensor gradients() {
        return gradients;
    }

    /** Takes memory on the device. */
    public void allocate(Workspace workspace) {
        workspace.share(values);
        gradients = workspace.state("adapterGradients", layout.size());
        scale = workspace.state("adapterScale", settings.rank(), settings.rank());
        for (ParameterLayout.Parameter p : targets) {
            bases.add(workspace.state(
                    "base." + p.name(), p.shape().get(0), p.shape().get(1)));
        }
    }

    /** Sets A to random numbers and B to 0, and keeps the weights as they are now as those to add to. */
    public void begin(Workspace workspace, long seed) {
        layout.initialise(new Parameters(layout, values), seed);
        workspace.toDevice(values);
        for (int i = 0; i < settings.rank(); i++) {
            for (int j = 0; j < settings.rank(); j++) {
                scale.slice().set(i * settings.rank() + j, i == j ? settings.scale() : 0);
            }
        }
        workspace.toDevice(scale);
        weights.toHost();
        for (int i = 0; i < targets.size(); i++) {
            Slice from = weights.parameters().get(targets.get(i).name()).slice();
            for (int k = 0; k < from.length(); k++) {
                bases.get(i).slice().set(k, from.get(k));
            }
            workspace.toDevice(bases.get(i));
        }
    }

    /** Records dA and dB from the gradients of the model's parameters. */
    public void recordGradients(Recorder recorder, Parameters model) {
        Parameters own = parameters();
        Parameters derivatives = new Parameters(layout, gradients);
        new Elementwise.Fill(gradients, 0f).record(recorder);
        for (ParameterLayout.Parameter p : targets) {
            Tensor dW = model.get(p.name());
            Tensor B = own.get(b(p.name()));
            Tensor scaledB = recorder.allocate(p.name() + ".sB", B.rows(), settings.rank());
            new MatMul.Forward(scaledB, B, scale, null).record(recorder);
            new MatMul.BackwardWeight(derivatives.get(a(p.name())), null, scaledB, dW).record(recorder);
            new MatMul.Forward(derivatives.get(b(p.name())), dW, scaled(recorder, p), null).record(recorder);
        }
    }

    /** Records {@code W = base + s B A}. */
    public void recordMerge(Recorder recorder) {
        for (int i = 0; i < targets.size(); i++) {
            ParameterLayout.Parameter p = targets.get(i);
            Tensor W = weights.parameters().get(p.name());
            new MatMul.BackwardInput(W, parameters().get(b(p.name())), scaled(recorder, p)).record(recorder);
            new Elementwise.Add(W, W, bases.get(i)).record(recorder);
        }
    }

    /** {@code s A}. */
    private Tensor scaled(Recorder recorder, ParameterLayout.Parameter p) {
        Tensor A = parameters().get(a(p.name()));
        Tensor scaled = recorder.allocate(p.name() + ".sA", settings.rank(), A.columns());
        new MatMul.BackwardInput(scaled, scale, A).record(recorder);
        return scaled;
    }
}
