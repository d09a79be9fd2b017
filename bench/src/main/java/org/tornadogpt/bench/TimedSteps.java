package org.tornadogpt.bench;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.kernels.graph.Node;
import org.tornadogpt.kernels.graph.Program;
import org.tornadogpt.model.AdamWSettings;
import org.tornadogpt.model.GradientReducer;
import org.tornadogpt.model.LanguageModel;
import org.tornadogpt.model.MicroSteps;
import org.tornadogpt.model.TrainingSession;
import org.tornadogpt.trainer.cli.Sessions;
import org.tornadogpt.trainer.ranks.Ranks;
import org.tornadogpt.trainer.settings.TrainSettings;

/** A model that trains on random tokens for the sake of the clock. */
final class TimedSteps implements AutoCloseable {
    private static final long SEED = 1;

    private final TrainingSession session;
    private final AdamWSettings hyper;
    private final int microSteps;
    private final int[][] tokens;
    private final int[][] targets;
    private long step;
    private double firstStepMillis;
    private long millisToFirstStep;
    private float lastLoss;

    TimedSteps(TrainSettings settings, KernelChoices kernels) {
        this(settings, kernels, MicroSteps.all(settings.batches().microSteps()), GradientReducer.NONE);
    }

    /** @param mine the micro-steps that are computed here */
    TimedSteps(TrainSettings settings, KernelChoices kernels, MicroSteps mine, GradientReducer reducer) {
        LanguageModel model = settings.model().model();
        microSteps = mine.count();
        session =
                Sessions.training(model, kernels, settings.batches().batch(), mine, reducer, null, settings.updates());
        session.initialise(SEED);
        hyper = settings.optimizer().at(settings.schedule().rate().at(1));
        java.util.Random random = new java.util.Random(SEED);
        int rows = settings.batches().batch() * settings.batches().block();
        tokens = new int[microSteps][];
        targets = new int[microSteps][];
        for (int i = 0; i < microSteps; i++) {
            tokens[i] = random.ints(rows, 0, model.vocabularySize()).toArray();
            targets[i] = random.ints(rows, 0, model.vocabularySize()).toArray();
        }
    }

    private void step() {
        float loss = session.gradients(tokens, targets, step, SEED);
        float norm = session.gradientNorm();
        if (!Float.isFinite(loss) || !Float.isFinite(norm)) {
            throw new IllegalStateException("step " + step + " gave loss " + loss + " and gradient norm " + norm);
        }
        session.update(hyper, ++step);
        lastLoss = loss;
    }

    void warmUp(WarmUp warmUp) {
        warmUp(warmUp, Ranks.alone());
    }

    /** As long as any of the ranks wants. */
    void warmUp(WarmUp warmUp, Ranks ranks) {
        long start = System.nanoTime();
        for (int i = 0; ranks.any(warmUp.goesOn(i, System.nanoTime() - start)); i++) {
            step();
            if (i == 0) {
                firstStepMillis = (System.nanoTime() - start) / 1e6;
                millisToFirstStep = ManagementFactory.getRuntimeMXBean().getUptime();
            }
        }
    }

    StepTimes run(int steps) {
        double[] millis = new double[steps];
        long allocated = allocatedBytes();
        for (int i = 0; i < steps; i++) {
            long start = System.nanoTime();
            step();
            millis[i] = (System.nanoTime() - start) / 1e6;
        }
        return new StepTimes(millis, (allocatedBytes() - allocated) / (double) steps);
    }

    private static long allocatedBytes() {
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        return threads.getCurrentThreadAllocatedBytes();
    }

    /** Times each node over {@code steps} more steps. */
    List<Program.Timing> profile(int steps) {
        List<Program.Timing> all = new ArrayList<>();
        for (int i = 0; i < steps; i++) {
            for (Program program : session.stepPrograms()) {
                all.addAll(program.runTimed());
            }
        }
        return all;
    }

    /** Floating-point operations of one step, as counted by the operations. */
    long flopsPerStep() {
        long flops = 0;
        for (Program program : session.stepPrograms()) {
            for (Node node : session.workspace().nodes(program.name()).nodes()) {
                flops += node.cost().flops();
            }
        }
        return flops;
    }

    /** The last step's loss: the same for the same number of steps, however they are run. */
    float lastLoss() {
        return lastLoss;
    }

    int parameters() {
        return session.model().parameters().size();
    }

    long activationBytes() {
        return session.workspace().activationBytes();
    }

    /** From the first step's start to its end, with all classes still to be loaded and compiled. */
    double firstStepMillis() {
        return firstStepMillis;
    }

    /** From the start of the JVM to the first step's end. */
    long millisToFirstStep() {
        return millisToFirstStep;
    }

    @Override
    public void close() {
        session.close();
    }
}
