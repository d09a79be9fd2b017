package org.tornadogpt.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.kernels.graph.Program;
import org.tornadogpt.kernels.graph.Workspace;
import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.memory.DType;
import org.tornadogpt.kernels.memory.IntTensor;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.kernels.ops.elementwise.Elementwise;
import org.tornadogpt.kernels.ops.reduction.Reduction;
import org.tornadogpt.model.layer.Context;
import org.tornadogpt.model.layer.ParameterLayout;
import org.tornadogpt.model.layer.Parameters;
import org.tornadogpt.model.lora.Adapters;
import org.tornadogpt.model.optimizer.Optimizer;
import org.tornadogpt.model.optimizer.Updates;
import org.tornadogpt.model.optimizer.WeightAverage;

/**
 * All that training needs besides a model's parameters: gradients and both moments as flat arrays, and the programs
 * {@code zero}, {@code gradients}, {@code norm}, {@code update} and {@code evaluate}. A step is {@link #gradients},
 * then {@link #gradientNorm}, then {@link #update}. For one thread at a time. The device is the caller's.
 *
 * <p>With several micro-steps each one's gradient is computed into zeroed memory of its own and then added, once: a sum
 * over sessions that compute a micro-step each is the same, bit for bit.
 */
public final class TrainingSession implements LossSource, AutoCloseable {
    private static final String ZERO = "zero";
    private static final String GRADIENTS = "gradients";
    private static final String KEEP = "keep";
    private static final String ADD = "add";
    private static final String NORM = "norm";
    private static final String UPDATE = "update";
    private static final String EVALUATE = "evaluate";
    private static final String ADAPT = "adapt";
    private static final String MERGE = "merge";
    private static final String AVERAGE = "average";

    private final Weights weights;
    private final LanguageModel model;
    private final int batch;
    private final MicroSteps microSteps;
    private final GradientReducer reducer;
    private final Adapters adapters;
    private final Workspace workspace;
    private final Tensor gradients;
    private final Tensor firstMoment;
    private final Tensor secondMoment;
    private final Updates updates;
    private final Weights averages;
    private final WeightAverage average;
    private final Tensor loss;
    private final GradientReducer.Part part;
    private final Tensor partNorm;
    private final Tensor norm;
    private final IntTensor tokens;
    private final IntTensor targets;
    private final IntTensor counters;
    private boolean normIsCurrent;

    /**
     * A session with parameters of its own that computes all micro-steps.
     *
     * @param kernels the device, and the variants that compute operations there
     * @param batch examples in one pass, B
     * @param microSteps passes whose gradients are added up to one step's
     */
    public TrainingSession(LanguageModel model, KernelChoices kernels, int batch, int microSteps) {
        this(new Weights(model, kernels.device()), kernels, batch, MicroSteps.all(microSteps), GradientReducer.NONE);
    }

    /**
     * Allocates the memory and builds the programs.
     *
     * @param kernels the device, and the variants that compute operations there
     * @param batch examples in one pass, B
     * @param reducer adds the gradients of the micro-steps that other sessions compute
     */
    public TrainingSession(
            Weights weights, KernelChoices kernels, int batch, MicroSteps microSteps, GradientReducer reducer) {
        this(weights, kernels, batch, microSteps, reducer, null, Optimizer.ADAMW);
    }

    /**
     * Allocates the memory and builds the programs.
     *
     * @param adapters what trains in place of the parameters, by {@link Optimizer#ADAMW}; null for these
     * @throws IllegalArgumentException if the optimizer cannot train such a model, or parts of it
     */
    public TrainingSession(
            Weights weights,
            KernelChoices kernels,
            int batch,
            MicroSteps microSteps,
            GradientReducer reducer,
            Adapters adapters,
            Optimizer optimizer) {
        Checks.positive("batch", batch);
        if (weights.type() != DType.F32) {
            throw new IllegalArgumentException(
                    "training needs f32 parameters; these are kept as " + weights.type() + ", for inference");
        }
        this.adapters = adapters;
        this.weights = weights;
        this.batch = batch;
        this.microSteps = microSteps;
        this.reducer = reducer;
        model = weights.model();
        workspace = new Workspace(kernels);
        workspace.share(weights.flat());
        int size = model.parameters().size();
        gradients = workspace.state("gradients", size);
        part = adapters == null ? reducer.part(size) : whole(adapters, reducer.part(size), size);
        firstMoment = workspace.state("firstMoment", part.length());
        secondMoment = workspace.state("secondMoment", part.length());
        if (adapters != null) {
            adapters.allocate(workspace);
        }
        checkTrains(optimizer);
        averages = optimizer.averages() ? new Weights(model, kernels.device()) : weights;
        average = optimizer.averages() ? new WeightAverage(optimizer.averageDecay(), workspace) : null;
        workspace.share(averages.flat());
        updates = new Updates(optimizer, adapters == null ? model.parameters() : adapters.layout(), workspace);
        loss = workspace.output("loss", 1);
        partNorm = workspace.output("norm", 1);
        norm = hasAll() ? partNorm : workspace.input("wholeNorm", 1);
        int rows = Math.multiplyExact(batch, model.blockSize());
        tokens = workspace.intInput("tokens", rows);
        targets = workspace.intInput("targets", rows);
        counters = workspace.intInput("counters", Dropout.COUNTERS);
        record();
        workspace.build();
    }

    private void record() {
        Context training = Context.training(batch, model.blockSize(), weights.parameters(), counters);
        Context evaluation = Context.evaluation(batch, model.blockSize(), averages.parameters(), counters);
        LanguageModel.Batch rows = new LanguageModel.Batch(tokens, targets);
        float scale = (float) (1.0 / ((double) training.rows() * microSteps.total()));
        Tensor each = addsUp() ? workspace.state("microGradients", gradients.size()) : gradients;
        Parameters derivatives = new Parameters(model.parameters(), each);
        workspace.record(ZERO, new Elementwise.Fill(each, 0f)::record);
        workspace.record(
                GRADIENTS, recorder -> model.recordGradients(recorder, training, rows, derivatives, loss, scale));
        if (addsUp()) {
            workspace.record(KEEP, new Elementwise.Copy(gradients, each)::record);
            workspace.record(ADD, new Elementwise.Add(gradients, gradients, each)::record);
        }
        ParameterLayout trained = adapters == null ? model.parameters() : adapters.layout();
        Tensor derivative = adapters == null ? ownPart(gradients) : adapters.gradients();
        Tensor values = adapters == null ? ownPart(weights.flat()) : adapters.values();
        if (adapters != null) {
            Parameters whole = new Parameters(model.parameters(), gradients);
            workspace.record(ADAPT, recorder -> adapters.recordGradients(recorder, whole));
            workspace.record(MERGE, adapters::recordMerge);
        }
        workspace.record(NORM, new Reduction.Norm(partNorm, derivative)::record);
        int decayed = Math.clamp(trained.decayed() - part.from(), 0, part.length());
        workspace.record(
                UPDATE,
                recorder -> updates.record(recorder, values, derivative, firstMoment, secondMoment, norm, decayed));
        if (average != null) {
            workspace.record(AVERAGE, recorder -> average.record(recorder, averages.flat(), weights.flat()));
        }
        workspace.record(EVALUATE, recorder -> model.recordLoss(recorder, evaluation, rows, loss));
    }

    private void checkTrains(Optimizer optimizer) {
        if (adapters != null && !optimizer.equals(Optimizer.ADAMW)) {
            throw new IllegalArgumentException("adapters are trained by AdamW alone");
        }
        if (optimizer.method() == Optimizer.Method.MUON && !hasAll()) {
            throw new IllegalArgumentException("muon needs whole matrices: it cannot be parted among ranks");
        }
    }

    /** Whether the optimizer's state of all parameters is in this session. */
    private boolean hasAll() {
        return adapters != null || part.length() == gradients.size();
    }

    /** Adapters are small: their optimizer's state is never parted among sessions. */
    private static GradientReducer.Part whole(Adapters adapters, GradientReducer.Part ofAll, int size) {
        if (ofAll.length() != size) {
            throw new IllegalArgumentException(
                    "adapters cannot be trained with an optimizer that is parted among ranks");
        }
        return new GradientReducer.Part(0, adapters.layout().size());
    }

    private Tensor ownPart(Tensor flat) {
        return hasAll() ? flat : flat.view(flat.name() + "Part", part.from(), part.length());
    }

    /** Sets the parameters to their values before training, and the moments to zero. */
    public void initialise(long seed) {
        weights.initialise(seed);
        beginAverage();
        firstMoment.slice().zero();
        secondMoment.slice().zero();
        workspace.toDevice(firstMoment);
        workspace.toDevice(secondMoment);
    }

    /** Where weights are averaged, begins with the weights as they are now. */
    public void beginAverage() {
        if (average != null) {
            weights.toHost();
            averages.flat().slice().copyFrom(weights.flat().slice().toArray());
            averages.changed();
        }
    }

    /**
     * Computes the gradient of the mean loss over all micro-steps.
     *
     * @param inputs for each of the session's micro-steps B*T tokens
     * @param nextTokens for each of them the B*T tokens that follow
     * @param step number of the step; with {@code seed} it decides the dropout masks
     * @return the mean loss
     */
    public float gradients(int[][] inputs, int[][] nextTokens, long step, long seed) {
        checkMicroSteps(inputs, nextTokens);
        normIsCurrent = false;
        double sum = 0;
        for (int i = 0; i < microSteps.count(); i++) {
            workspace.program(ZERO).run();
            set(inputs[i], nextTokens[i]);
            setCounters(step, seed, i);
            workspace.program(GRADIENTS).run();
            sum += loss.slice().get(0);
            if (addsUp()) {
                workspace.program(i == 0 ? KEEP : ADD).run();
            } else if (reducer.takesEach()) {
                workspace.toHost(gradients);
                reducer.take(gradients.slice(), loss.slice().get(0), i == 0);
            }
        }
        double all = reduce(sum);
        if (adapters != null) {
            workspace.program(ADAPT).run();
        }
        return (float) (all / microSteps.total());
    }

    /** Whether gradients of several micro-steps come together in this session. */
    private boolean addsUp() {
        return microSteps.count() > 1 && !reducer.takesEach();
    }

    private double reduce(double loss) {
        if (reducer.equals(GradientReducer.NONE)) {
            return loss;
        }
        if (!reducer.takesEach()) {
            workspace.toHost(gradients);
        }
        double all = reducer.reduce(gradients.slice(), loss);
        workspace.toDevice(gradients);
        return all;
    }

    private void checkMicroSteps(int[][] inputs, int[][] nextTokens) {
        if (inputs.length != microSteps.count() || nextTokens.length != microSteps.count()) {
            throw new IllegalArgumentException("expected " + microSteps.count() + " micro-steps, got " + inputs.length
                    + " of tokens and " + nextTokens.length + " of targets");
        }
    }

    private void set(int[] inputs, int[] nextTokens) {
        Checks.tokens("tokens", inputs, tokens.size(), model.vocabularySize());
        Checks.tokens("targets", nextTokens, targets.size(), model.vocabularySize());
        tokens.copyFrom(inputs);
        targets.copyFrom(nextTokens);
    }

    /** @param i which of the session's micro-steps */
    private void setCounters(long step, long seed, int i) {
        counters.copyFrom(new int[] {(int) seed, (int) (seed >> 32), (int) step, microSteps.number(i)});
    }

    /** The global norm of the gradients, before clipping. */
    public float gradientNorm() {
        if (!normIsCurrent) {
            workspace.program(NORM).run();
            if (!hasAll()) {
                norm.slice().set(0, reducer.norm(partNorm.slice().get(0)));
            }
            normIsCurrent = true;
        }
        return norm.slice().get(0);
    }

    /**
     * One step of the optimizer from the current gradients.
     *
     * @param step number of the step, counted from 1
     */
    public void update(AdamWSettings settings, long step) {
        Checks.positive("step", step);
        updates.prepare(settings, step, gradientNorm());
        workspace.program(UPDATE).run();
        if (adapters != null) {
            workspace.program(MERGE).run();
        }
        if (hasAll()) {
            weights.updated();
        } else {
            weights.toHost();
            reducer.gather(weights.flat().slice());
            weights.changed();
        }
        if (average != null) {
            average.prepare(step);
            workspace.program(AVERAGE).run();
            averages.updated();
        }
    }

    /**
     * Replays {@link #gradients} and the norm, looking for the first NaN or infinity; the gradients are lost.
     *
     * @return where it is: a parameter, or the first operation whose result has one; empty if all is finite
     */
    public Optional<String> diagnose(int[][] inputs, int[][] nextTokens, long step, long seed) {
        checkMicroSteps(inputs, nextTokens);
        Optional<String> found = nonFiniteParameter();
        normIsCurrent = false;
        for (int i = 0; i < microSteps.count() && found.isEmpty(); i++) {
            workspace.program(ZERO).run();
            set(inputs[i], nextTokens[i]);
            setCounters(step, seed, i);
            found = workspace.program(GRADIENTS).firstNonFinite();
            if (addsUp()) {
                workspace.program(i == 0 ? KEEP : ADD).run();
            }
        }
        return found.isPresent() ? found : workspace.program(NORM).firstNonFinite();
    }

    private Optional<String> nonFiniteParameter() {
        weights.toHost();
        for (ParameterLayout.Parameter p : model.parameters().all()) {
            Slice values = weights.parameters().get(p.name()).slice();
            for (int i = 0; i < values.length(); i++) {
                if (!Float.isFinite(values.get(i))) {
                    return Optional.of("parameter " + p.name());
                }
            }
        }
        return Optional.empty();
    }

    /** Gradients are left as they are. */
    @Override
    public float evaluate(int[] inputs, int[] nextTokens) {
        set(inputs, nextTokens);
        workspace.program(EVALUATE).run();
        return loss.slice().get(0);
    }

    /** The programs that a step runs, in order. */
    public List<Program> stepPrograms() {
        List<Program> programs = new ArrayList<>();
        for (int i = 0; i < microSteps.count(); i++) {
            programs.add(workspace.program(ZERO));
            programs.add(workspace.program(GRADIENTS));
            if (addsUp()) {
                programs.add(workspace.program(i == 0 ? KEEP : ADD));
            }
        }
        if (adapters != null) {
            programs.add(workspace.program(ADAPT));
        }
        programs.add(workspace.program(NORM));
        programs.add(workspace.program(UPDATE));
        if (adapters != null) {
            programs.add(workspace.program(MERGE));
        }
        if (average != null) {
            programs.add(workspace.program(AVERAGE));
        }
        return programs;
    }

    public LanguageModel model() {
        return model;
    }

    /** The parameters, which other sessions may share. */
    public Weights weights() {
        return weights;
    }

    /** What is evaluated, saved as the model, and to be written with: the average, or where there is none the weights. */
    public Weights averages() {
        return averages;
    }

    /** Whether weights are averaged. */
    public boolean isAveraged() {
        return average != null;
    }

    /** What trains in place of the parameters; null if these do. */
    public Adapters adapters() {
        return adapters;
    }

    /** Begins with adapters that change nothing, on the weights as they are now. */
    public void beginAdapters(long seed) {
        adapters.begin(workspace, seed);
    }

    /** Takes over the values and moments of adapters that were set on the host. */
    public void adaptersLoaded() {
        workspace.toDevice(adapters.values());
        workspace.toDevice(firstMoment);
        workspace.toDevice(secondMoment);
        workspace.program(MERGE).run();
        weights.updated();
    }

    /**
     * The gradients, in the parameters' layout; call {@code workspace().toHost} before reading and {@code toDevice}
     * after writing.
     */
    public Tensor gradients() {
        return gradients;
    }

    /** The part of the parameters whose moments are in this session. */
    public GradientReducer.Part part() {
        return part;
    }

    /**
     * Both moments as a checkpoint has them.
     *
     * @param first in the parameters' layout
     * @param second likewise
     */
    public record Moments(Tensor first, Tensor second) {}

    /**
     * Both moments of all parameters. Sessions that keep parts bring them together: all call this at the same time.
     *
     * @return empty where the reducer keeps them from, as there is nothing to be saved
     */
    public Optional<Moments> moments() {
        Optional<Tensor> first = whole(firstMoment);
        Optional<Tensor> second = whole(secondMoment);
        return first.flatMap(m -> second.map(v -> new Moments(m, v)));
    }

    private Optional<Tensor> whole(Tensor moment) {
        workspace.toHost(moment);
        return hasAll()
                ? Optional.of(moment)
                : reducer.whole(moment.slice()).map(all -> Tensor.of(moment.name(), all, gradients.size()));
    }

    /**
     * The optimizer's running mean of gradients, of the session's {@link #part} of the parameters' layout; see {@link
     * #gradients}.
     */
    public Tensor firstMoment() {
        return firstMoment;
    }

    /**
     * AdamW's running mean of squared gradients, of the session's {@link #part}; see {@link #gradients}. Of what Muon
     * updates it stays 0.
     */
    public Tensor secondMoment() {
        return secondMoment;
    }

    public Workspace workspace() {
        return workspace;
    }

    @Override
    public int batch() {
        return batch;
    }

    /** The passes whose gradients are added up to one step's. */
    public MicroSteps microSteps() {
        return microSteps;
    }

    /** Nothing to release: memory goes with the object, and the device is the caller's. */
    @Override
    public void close() {}
}
