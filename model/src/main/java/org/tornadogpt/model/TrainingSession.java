package org.tornadogpt.model;

import java.util.Optional;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.kernels.graph.Workspace;
import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.memory.IntTensor;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.kernels.ops.elementwise.Elementwise;
import org.tornadogpt.kernels.ops.optimizer.AdamW;
import org.tornadogpt.kernels.ops.reduction.Reduction;

/**
 * A model on a device with all that training needs, in one workspace: parameters, gradients and both moments as flat arrays, and
 * the programs {@code zero}, {@code gradients}, {@code norm}, {@code update}, {@code evaluate} and {@code logits}. A step is
 * {@link #gradients}, then {@link #gradientNorm}, then {@link #update}. The device is the caller's.
 */
public final class TrainingSession implements LogitsSource, AutoCloseable {
    private final LanguageModel model;
    private final int batch;
    private final int microSteps;
    private final Workspace workspace;
    private final Tensor parameters;
    private final Tensor gradients;
    private final Tensor firstMoment;
    private final Tensor secondMoment;
    private final Tensor hyper;
    private final Tensor loss;
    private final Tensor norm;
    private final IntTensor tokens;
    private final IntTensor targets;
    private final IntTensor counters;
    private final LogitsProgram logits;
    private final FirstRuns firstRuns;
    private boolean normIsCurrent;

    /**
     * Allocates the memory and builds the programs.
     *
     * @param kernels the device, and the variants that compute operations there
     * @param batch examples in one pass, B
     * @param microSteps passes whose gradients are added up to one step's
     */
    public TrainingSession(LanguageModel model, KernelChoices kernels, int batch, int microSteps) {
        Checks.positive("batch", batch);
        Checks.positive("microSteps", microSteps);
        this.model = model;
        this.batch = batch;
        this.microSteps = microSteps;
        workspace = new Workspace(kernels);
        int size = model.parameters().size();
        parameters = workspace.state("parameters", size);
        gradients = workspace.state("gradients", size);
        firstMoment = workspace.state("firstMoment", size);
        secondMoment = workspace.state("secondMoment", size);
        hyper = workspace.input("hyper", AdamW.HYPER);
        loss = workspace.output("loss", 1);
        norm = workspace.output("norm", 1);
        int rows = Math.multiplyExact(batch, model.blockSize());
        tokens = workspace.intInput("tokens", rows);
        targets = workspace.intInput("targets", rows);
        counters = workspace.intInput("counters", Dropout.COUNTERS);
        record();
        logits = new LogitsProgram(workspace, model, parameters);
        firstRuns = new FirstRuns(kernels.device(), model);
        workspace.build();
    }

    private void record() {
        LanguageModel.Batch rows = new LanguageModel.Batch(batch, model.blockSize(), tokens, targets, counters);
        float scale = (float) (1.0 / ((double) rows.rows() * microSteps));
        workspace.record("zero", ops -> Elementwise.fill(ops, new Elementwise.Fill(gradients, 0f)));
        workspace.record("gradients", ops -> model.recordGradients(ops, rows, parameters, gradients, loss, scale));
        workspace.record("norm", ops -> Reduction.norm(ops, new Reduction.Norm(norm, gradients)));
        workspace.record(
                "update",
                ops -> AdamW.step(
                        ops,
                        new AdamW.Step(
                                parameters,
                                gradients,
                                firstMoment,
                                secondMoment,
                                hyper,
                                norm,
                                model.parameters().decayed())));
        workspace.record("evaluate", ops -> model.recordLoss(ops, rows, parameters, loss));
    }

    /** Sets the parameters to their values before training, and the moments to zero. */
    public void initialise(long seed) {
        model.initialise(parameters, seed);
        firstMoment.slice().zero();
        secondMoment.slice().zero();
        workspace.toDevice(parameters);
        workspace.toDevice(firstMoment);
        workspace.toDevice(secondMoment);
    }

    /**
     * Computes the gradient of the mean loss over all micro-steps.
     *
     * @param inputs for each micro-step B*T tokens
     * @param nextTokens for each micro-step the B*T tokens that follow them
     * @param step number of the step; with {@code seed} it decides the dropout masks
     * @return the mean loss
     */
    public float gradients(int[][] inputs, int[][] nextTokens, long step, long seed) {
        checkMicroSteps(inputs, nextTokens);
        normIsCurrent = false;
        workspace.program("zero").run();
        double sum = 0;
        for (int micro = 0; micro < microSteps; micro++) {
            set(inputs[micro], nextTokens[micro]);
            setCounters(step, seed, micro);
            run("gradients");
            sum += loss.slice().get(0);
        }
        return (float) (sum / microSteps);
    }

    /** Runs one of the two large programs. */
    private void run(String program) {
        workspace.device().awaitWarmUp();
        firstRuns.run(workspace.program(program), tokens.size());
    }

    private void checkMicroSteps(int[][] inputs, int[][] nextTokens) {
        if (inputs.length != microSteps || nextTokens.length != microSteps) {
            throw new IllegalArgumentException("expected " + microSteps + " micro-steps, got " + inputs.length
                    + " of tokens and " + nextTokens.length + " of targets");
        }
    }

    private void set(int[] inputs, int[] nextTokens) {
        Checks.tokens("tokens", inputs, tokens.size(), model.vocabularySize());
        Checks.tokens("targets", nextTokens, targets.size(), model.vocabularySize());
        tokens.copyFrom(inputs);
        targets.copyFrom(nextTokens);
    }

    private void setCounters(long step, long seed, int micro) {
        counters.copyFrom(new int[] {(int) seed, (int) (seed >> 32), (int) step, micro});
    }

    /** The global norm of the gradients, before clipping. */
    public float gradientNorm() {
        if (!normIsCurrent) {
            workspace.program("norm").run();
            normIsCurrent = true;
        }
        return norm.slice().get(0);
    }

    /**
     * One AdamW step from the current gradients.
     *
     * @param step number of the step, counted from 1
     */
    public void update(AdamWSettings settings, long step) {
        Checks.positive("step", step);
        gradientNorm();
        Slice values = hyper.slice();
        values.set(AdamW.LEARNING_RATE, settings.learningRate());
        values.set(AdamW.BETA1, settings.beta1());
        values.set(AdamW.BETA2, settings.beta2());
        values.set(AdamW.EPSILON, settings.epsilon());
        values.set(AdamW.WEIGHT_DECAY, settings.weightDecay());
        values.set(AdamW.CORRECTION1, correction(settings.beta1(), step));
        values.set(AdamW.CORRECTION2, correction(settings.beta2(), step));
        values.set(AdamW.MAX_NORM, settings.maxNorm());
        workspace.program("update").run();
    }

    private static float correction(float beta, long step) {
        return (float) (1 - StrictMath.pow(beta, (double) step));
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
        workspace.program("zero").run();
        for (int micro = 0; micro < microSteps && found.isEmpty(); micro++) {
            set(inputs[micro], nextTokens[micro]);
            setCounters(step, seed, micro);
            found = workspace.program("gradients").firstNonFinite();
        }
        return found.isPresent() ? found : workspace.program("norm").firstNonFinite();
    }

    private Optional<String> nonFiniteParameter() {
        workspace.toHost(parameters);
        for (ParameterLayout.Parameter p : model.parameters().all()) {
            Slice values = model.parameters().tensor(p.name(), parameters).slice();
            for (int i = 0; i < values.length(); i++) {
                if (!Float.isFinite(values.get(i))) {
                    return Optional.of("parameter " + p.name());
                }
            }
        }
        return Optional.empty();
    }

    /** The mean loss of one batch of B*T tokens, without dropout; gradients are left as they are. */
    public float evaluate(int[] inputs, int[] nextTokens) {
        set(inputs, nextTokens);
        run("evaluate");
        return loss.slice().get(0);
    }

    @Override
    public float[] logits(int[] context) {
        return logits.run(context);
    }

    @Override
    public LanguageModel model() {
        return model;
    }

    /** All parameters, flat; call {@code workspace().toHost} before reading and {@code toDevice} after writing. */
    public Tensor parameters() {
        return parameters;
    }

    /** The gradients, in the parameters' layout; see {@link #parameters}. */
    public Tensor gradients() {
        return gradients;
    }

    /** AdamW's running mean of gradients, in the parameters' layout; see {@link #parameters}. */
    public Tensor firstMoment() {
        return firstMoment;
    }

    /** AdamW's running mean of squared gradients, in the parameters' layout; see {@link #parameters}. */
    public Tensor secondMoment() {
        return secondMoment;
    }

    public Workspace workspace() {
        return workspace;
    }

    /** Examples in one pass, B. */
    public int batch() {
        return batch;
    }

    /** Passes whose gradients are added up to one step's. */
    public int microSteps() {
        return microSteps;
    }

    /** Nothing to release: memory goes with the object, and the device is the caller's. */
    @Override
    public void close() {}
}
