package org.tornadogpt;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.model.Checkpoint;
import org.tornadogpt.model.GradientReducer;
import org.tornadogpt.model.MicroSteps;
import org.tornadogpt.model.Tokenizer;
import org.tornadogpt.model.TrainingSession;
import org.tornadogpt.model.TrainingState;
import org.tornadogpt.model.Weights;
import org.tornadogpt.model.training.TokenFeed;
import org.tornadogpt.model.training.TrainingPlan;

/** A model's training so far, and its going on. Memory for it is taken when a first step is. */
final class Course {
    private final KernelChoices kernels;
    private final Weights weights;
    private final Checkpoint origin;
    private TrainingState state;
    private TrainingSession session;

    /** Of a new model. */
    Course(KernelChoices kernels, Weights weights, TrainingState state) {
        this.kernels = kernels;
        this.weights = weights;
        this.state = state;
        origin = null;
    }

    /** Of a model that was loaded. */
    Course(KernelChoices kernels, Weights weights, Checkpoint origin) {
        this.kernels = kernels;
        this.weights = weights;
        this.origin = origin.hasOptimizer() ? origin : null;
        state = origin.state();
    }

    long seed() {
        return state.seed();
    }

    long steps() {
        return state.step();
    }

    /** Trains as planned and returns the last step's loss. */
    float train(TokenFeed feed, TrainingPlan plan) {
        prepare(plan);
        int size = Math.multiplyExact(plan.batch(), weights.model().blockSize());
        int[][] tokens = new int[plan.microSteps()][size];
        int[][] targets = new int[plan.microSteps()][size];
        float loss = Float.NaN;
        for (int i = 0; i < plan.steps() && fill(feed, tokens, targets); i++) {
            loss = step(plan, tokens, targets);
        }
        if (Float.isNaN(loss)) {
            throw new IllegalArgumentException(
                    "too few tokens for a step of " + plan.microSteps() + " x " + plan.batch() + " x "
                            + weights.model().blockSize() + " and their targets: give more, or a smaller batch");
        }
        return loss;
    }

    private boolean fill(TokenFeed feed, int[][] tokens, int[][] targets) {
        for (int micro = 0; micro < tokens.length; micro++) {
            if (!feed.fill(state.step(), micro, tokens[micro], targets[micro])) {
                return false;
            }
        }
        return true;
    }

    private float step(TrainingPlan plan, int[][] tokens, int[][] targets) {
        long step = state.step();
        float loss = session.gradients(tokens, targets, step, seed());
        float norm = session.gradientNorm();
        if (!Float.isFinite(loss) || !Float.isFinite(norm)) {
            String place = session.diagnose(tokens, targets, step, seed())
                    .map(where -> ", first in " + where)
                    .orElse("");
            throw new ArithmeticException(
                    "step " + (step + 1) + " is not finite (loss " + loss + ", gradient norm " + norm + ")" + place
                            + "; the parameters are those of step " + step + ": try a lower learning rate");
        }
        session.update(plan.optimizer().withLearningRate(plan.learningRate().at(step)), step + 1);
        state = new TrainingState(step + 1, state.seed(), state.bestLoss(), state.bestStep(), state.extra());
        plan.listener().step(step + 1, loss);
        return loss;
    }

    /** Has a session for passes of these sizes; moments go over from the one before. */
    private void prepare(TrainingPlan plan) {
        MicroSteps passes = MicroSteps.all(plan.microSteps());
        if (session != null
                && session.batch() == plan.batch()
                && session.microSteps().equals(passes)) {
            return;
        }
        TrainingSession next = new TrainingSession(weights, kernels, plan.batch(), passes, GradientReducer.NONE);
        if (session != null) {
            copy(session, session.firstMoment(), next, next.firstMoment());
            copy(session, session.secondMoment(), next, next.secondMoment());
            session.close();
        } else if (origin != null) {
            restore(next);
        } else {
            clear(next, next.firstMoment());
            clear(next, next.secondMoment());
        }
        session = next;
    }

    private static void copy(TrainingSession from, Tensor values, TrainingSession to, Tensor target) {
        from.workspace().toHost(values);
        for (int i = 0; i < values.size(); i++) {
            target.slice().set(i, values.slice().get(i));
        }
        to.workspace().toDevice(target);
    }

    private static void clear(TrainingSession session, Tensor moment) {
        moment.slice().zero();
        session.workspace().toDevice(moment);
    }

    private void restore(TrainingSession next) {
        try {
            reopened().restore(next);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The checkpoint that was loaded, if it is still the one in its folder. */
    private Checkpoint reopened() throws IOException {
        Checkpoint now = Checkpoint.open(origin.folder());
        if (now.state().step() != origin.state().step() || !now.hasOptimizer()) {
            throw new IOException("checkpoint " + origin.folder() + " was replaced since it was loaded (step "
                    + origin.state().step() + ", now " + now.state().step() + "): load it again");
        }
        return now;
    }

    void save(Path folder, Tokenizer tokenizer) throws IOException {
        if (session != null) {
            Checkpoint.save(folder, tokenizer, session, state);
        } else if (origin != null) {
            Checkpoint.copy(reopened().folder(), folder);
        } else {
            Checkpoint.save(folder, tokenizer, weights, state);
        }
    }
}
