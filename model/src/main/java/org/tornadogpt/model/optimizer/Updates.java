package org.tornadogpt.model.optimizer;

import java.util.List;
import org.tornadogpt.kernels.graph.Recorder;
import org.tornadogpt.kernels.graph.Workspace;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.kernels.ops.optimizer.AdamW;
import org.tornadogpt.model.AdamWSettings;
import org.tornadogpt.model.layer.ParameterLayout;
import org.tornadogpt.model.layer.Parameters;

/** Records what updates parameters, and sets each step's numbers for it. */
public final class Updates {
    /** Of the names of the blocks' parameters: the matrices among them are those that Muon is for. */
    private static final String BLOCKS = "h.";

    private final Optimizer optimizer;
    private final ParameterLayout layout;
    private final Tensor hyper;
    private final Muon muon;
    private final int from;
    private final int end;

    /**
     * Takes memory for a step's numbers.
     *
     * @throws IllegalArgumentException if Muon is asked for and there are no matrices for it
     */
    public Updates(Optimizer optimizer, ParameterLayout layout, Workspace workspace) {
        this.optimizer = optimizer;
        this.layout = layout;
        hyper = workspace.input("hyper", AdamW.HYPER);
        List<ParameterLayout.Parameter> matrices =
                optimizer.method() == Optimizer.Method.MUON ? hidden(layout) : List.of();
        muon = matrices.isEmpty() ? null : new Muon(matrices, workspace);
        from = matrices.isEmpty() ? 0 : matrices.getFirst().offset();
        end = from + matrices.stream().mapToInt(ParameterLayout.Parameter::size).sum();
    }

    /** The matrices of the blocks; they lie one after the other. */
    private static List<ParameterLayout.Parameter> hidden(ParameterLayout layout) {
        List<ParameterLayout.Parameter> found = layout.all().stream()
                .filter(p -> p.isDecayed() && p.name().startsWith(BLOCKS))
                .toList();
        if (found.isEmpty()) {
            throw new IllegalArgumentException("muon is for the matrices of blocks, and this model has no blocks");
        }
        int end = found.getFirst().offset();
        for (ParameterLayout.Parameter p : found) {
            if (p.offset() != end) {
                throw new IllegalStateException("the blocks' matrices are not together: " + p.name());
            }
            end += p.size();
        }
        return found;
    }

    /**
     * Records the update.
     *
     * @param values a part of the layout, or with Muon all of it; gradients and moments have its shape
     * @param norm (1), of all gradients
     * @param decayed of {@code values} the first so many decay
     */
    public void record(
            Recorder recorder, Tensor values, Tensor gradients, Tensor first, Tensor second, Tensor norm, int decayed) {
        AdamW.Step all = new AdamW.Step(values, gradients, first, second, hyper, norm, decayed);
        if (muon == null) {
            all.record(recorder);
            return;
        }
        part(recorder, all, 0, from);
        part(recorder, all, end, values.size());
        muon.record(
                recorder,
                new Parameters(layout, values),
                new Parameters(layout, gradients),
                new Parameters(layout, first));
    }

    private static void part(Recorder recorder, AdamW.Step all, int from, int end) {
        int length = end - from;
        if (length > 0) {
            new AdamW.Step(
                            view(all.parameters(), from, length),
                            view(all.gradients(), from, length),
                            view(all.m(), from, length),
                            view(all.v(), from, length),
                            all.hyper(),
                            all.norm(),
                            Math.clamp(all.decayed() - from, 0, length))
                    .record(recorder);
        }
    }

    private static Tensor view(Tensor flat, int from, int length) {
        return flat.view(flat.name() + "Rest", from, length);
    }

    /**
     * Sets a step's numbers.
     *
     * @param step counted from 1
     * @param norm of all gradients
     */
    public void prepare(AdamWSettings settings, long step, float norm) {
        Slice values = hyper.slice();
        values.set(AdamW.LEARNING_RATE, settings.learningRate());
        values.set(AdamW.BETA1, settings.beta1());
        values.set(AdamW.BETA2, settings.beta2());
        values.set(AdamW.EPSILON, settings.epsilon());
        values.set(AdamW.WEIGHT_DECAY, settings.weightDecay());
        values.set(AdamW.CORRECTION1, correction(settings.beta1(), step));
        values.set(AdamW.CORRECTION2, correction(settings.beta2(), step));
        values.set(AdamW.MAX_NORM, settings.maxNorm());
        if (muon != null) {
            float clip = settings.maxNorm() > 0 ? Math.min(1, settings.maxNorm() / (norm + 1e-6f)) : 1;
            muon.prepare(
                    settings.learningRate() * optimizer.matrixRate(),
                    settings.weightDecay(),
                    optimizer.momentum(),
                    clip);
        }
    }

    private static float correction(float beta, long step) {
        return (float) (1 - StrictMath.pow(beta, (double) step));
    }
}
