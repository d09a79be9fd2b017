package org.tornadogpt;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.PrimitiveIterator;
import java.util.function.IntPredicate;
import org.tornadogpt.kernels.device.Devices;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.model.CharTokenizer;
import org.tornadogpt.model.Checkpoint;
import org.tornadogpt.model.Generator;
import org.tornadogpt.model.InferenceSession;
import org.tornadogpt.model.ModelConfig;
import org.tornadogpt.model.Presets;
import org.tornadogpt.model.Sampling;
import org.tornadogpt.model.Tokenizer;
import org.tornadogpt.model.TrainingState;
import org.tornadogpt.model.Weights;
import org.tornadogpt.model.training.Batches;
import org.tornadogpt.model.training.Part;
import org.tornadogpt.model.training.TokenFeed;
import org.tornadogpt.model.training.TrainingPlan;

/**
 * A language model on a device: made or loaded, trained, asked for text, saved. It holds the device until it is closed.
 * For one thread at a time.
 *
 * <pre>{@code
 * try (TornadoGpt gpt = TornadoGpt.on("auto").create("kernel-cpu", text)) {
 *     gpt.train(text, TrainingPlan.ofSteps(1000).withLearningRate(1e-3));
 *     System.out.println(gpt.generate("Once", 200));
 *     gpt.save(Path.of("my-model"));
 * }
 * }</pre>
 *
 * <p>Training is that of {@code tgpt train}: the same tokens, model, plan and seed give the same losses, bit for bit.
 * Who wants more than this class has takes its {@link #weights} and {@link #kernels} and builds sessions on them.
 */
public final class TornadoGpt implements AutoCloseable {
    private static final long USUAL_SEED = 1337;

    private final KernelChoices kernels;
    private final Weights weights;
    private final Tokenizer tokenizer;
    private final Course course;
    private InferenceSession inference;

    private TornadoGpt(KernelChoices kernels, Weights weights, Tokenizer tokenizer, Course course) {
        this.kernels = kernels;
        this.weights = weights;
        this.tokenizer = tokenizer;
        this.course = course;
    }

    /**
     * Begins with a device.
     *
     * @param device {@code auto} (the first GPU that TornadoVM has, else {@code cpu}), {@code cpu}, {@code sequential}
     *     or {@code tornado[:driver:device]}
     */
    public static Setup on(String device) {
        return new Setup(device);
    }

    /** What is said of a model before it is there. */
    public static final class Setup {
        private final String device;
        private final Map<String, String> variants = new LinkedHashMap<>();
        private int threads;
        private long seed = USUAL_SEED;

        private Setup(String device) {
            this.device = device;
        }

        /** Worker threads of the {@code cpu} device, by default one for each processor. Results do not depend on it. */
        public Setup threads(int number) {
            threads = number;
            return this;
        }

        /** Has a variant compute an operation, for example {@code kernel("matmul", "naive")}. */
        public Setup kernel(String operation, String variant) {
            variants.put(operation, variant);
            return this;
        }

        /** Of a new model's parameters, its batches, dropout and text; a loaded one keeps its own. */
        public Setup seed(long number) {
            seed = number;
            return this;
        }

        /**
         * A new model of a named architecture whose tokens are the characters of a text.
         *
         * @param preset see {@link Presets}
         * @param text has all characters that the model is to know
         */
        public TornadoGpt create(String preset, String text) {
            return create(Presets.find(preset), CharTokenizer.of(text));
        }

        /** A new model; its vocabulary is the tokenizer's. */
        public TornadoGpt create(ModelConfig config, Tokenizer tokenizer) {
            ModelConfig fitting = config.withVocabulary(tokenizer.vocabularySize());
            return open(kernels -> {
                Weights weights = new Weights(fitting.model(), kernels.device());
                weights.initialise(seed);
                Course course = new Course(kernels, weights, TrainingState.start(seed));
                return new TornadoGpt(kernels, weights, tokenizer, course);
            });
        }

        /**
         * A model that was saved, by {@link TornadoGpt#save} or by {@code tgpt train} (a run's folder {@code best} or
         * {@code last}).
         *
         * @throws IOException if it cannot be read; the message says which file and why
         */
        public TornadoGpt load(Path checkpoint) throws IOException {
            Checkpoint opened = Checkpoint.open(checkpoint);
            return open(kernels -> {
                Weights weights = new Weights(opened.config().model(), kernels.device());
                opened.restore(weights);
                Course course = new Course(kernels, weights, opened);
                return new TornadoGpt(kernels, weights, opened.tokenizer(), course);
            });
        }

        /** Makes something on a device. */
        @FunctionalInterface
        private interface Making<E extends Exception> {
            TornadoGpt on(KernelChoices kernels) throws E;
        }

        private <E extends Exception> TornadoGpt open(Making<E> making) throws E {
            Device opened = Devices.open(device, threads);
            boolean made = false;
            try {
                TornadoGpt gpt = making.on(new KernelChoices(opened, variants));
                made = true;
                return gpt;
            } finally {
                if (!made) {
                    opened.close();
                }
            }
        }
    }

    /**
     * Trains on random pieces of a text for so many steps, as {@link TrainingPlan#ofSteps} has it; returns the last
     * step's loss.
     */
    public float train(String text, int steps) {
        return train(text, TrainingPlan.ofSteps(steps));
    }

    /** Trains on random pieces of a text; returns the last step's loss. */
    public float train(String text, TrainingPlan plan) {
        return train(tokenizer.encode(text), plan);
    }

    /** Trains on random pieces of a sequence of tokens; returns the last step's loss. */
    public float train(int[] tokens, TrainingPlan plan) {
        Part all = new Part("training", tokens, 0, tokens.length);
        int block = weights.model().blockSize();
        return course.train(
                TokenFeed.of(new Batches(all, plan.batch(), block, course.seed(), Batches.Purpose.TRAIN)), plan);
    }

    /**
     * Trains on tokens in the order in which they come, each once, for the plan's steps or until too few are left for
     * another; {@link #steps} tells how many were taken. A step takes microSteps * B * T tokens.
     *
     * @return the last step's loss
     */
    public float train(PrimitiveIterator.OfInt tokens, TrainingPlan plan) {
        return course.train(TokenFeed.of(tokens), plan);
    }

    /** So many tokens after a prompt, chosen at temperature 1 with the model's seed. */
    public String generate(String prompt, int tokens) {
        return generate(prompt, tokens, Sampling.plain(course.seed()));
    }

    /**
     * What follows a prompt.
     *
     * @param prompt may be empty
     * @param tokens how many to write
     */
    public String generate(String prompt, int tokens, Sampling sampling) {
        int[] context = prompt.isEmpty() ? new int[] {tokenizer.startToken()} : tokenizer.encode(prompt);
        return tokenizer.decode(generator().generate(context, tokens, sampling));
    }

    /**
     * Writes tokens one by one.
     *
     * @param prompt at least one token
     * @param count how many to write; {@link Long#MAX_VALUE} for no end
     * @param onToken told each token; returns whether to go on
     * @return how many were written
     */
    public long generate(int[] prompt, long count, Sampling sampling, IntPredicate onToken) {
        return generator().generate(prompt, count, sampling, onToken);
    }

    private Generator generator() {
        if (inference == null) {
            inference = new InferenceSession(weights, kernels, true);
        }
        return new Generator(inference);
    }

    /**
     * Saves the model as a folder, with all that training needs to go on if it was trained. What was there before is
     * replaced.
     */
    public void save(Path checkpoint) throws IOException {
        course.save(checkpoint, tokenizer);
    }

    /** Steps that the model has been trained for, those before it was loaded included. */
    public long steps() {
        return course.steps();
    }

    public Tokenizer tokenizer() {
        return tokenizer;
    }

    /** The parameters and their model. */
    public Weights weights() {
        return weights;
    }

    /** The device, and which variant computes each operation there. */
    public KernelChoices kernels() {
        return kernels;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s of %,d parameters after %,d steps, on %s (%s)",
                weights.model().config().kind(),
                weights.model().parameters().size(),
                steps(),
                kernels.device().id(),
                kernels.device().description());
    }

    /** Closes the device. */
    @Override
    public void close() {
        kernels.close();
    }
}
