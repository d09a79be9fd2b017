package org.tornadogpt.trainer.cli;

import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongFunction;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.model.Generator;
import org.tornadogpt.model.InferenceSession;
import org.tornadogpt.model.Sampling;
import org.tornadogpt.model.Tokenizer;
import org.tornadogpt.model.Weights;
import org.tornadogpt.model.layer.ParameterLayout;
import org.tornadogpt.model.text.TextAssembler;
import org.tornadogpt.trainer.metrics.Observation;
import org.tornadogpt.trainer.metrics.ValueHistogram;
import org.tornadogpt.trainer.settings.TrainSettings;

/** Looks at a model that trains: how its parameters are spread, and what it writes. */
final class ModelObserver implements LongFunction<Observation> {
    /** Tokens of a sample: more would make evaluations long. */
    private static final int LONGEST = 200;

    private final TrainSettings settings;
    private final Weights weights;
    private final KernelChoices kernels;
    private final Tokenizer tokenizer;
    private InferenceSession session;

    /** @param weights that the training changes; a session that writes shares them once it is needed */
    ModelObserver(TrainSettings settings, Weights weights, KernelChoices kernels, Tokenizer tokenizer) {
        this.settings = settings;
        this.weights = weights;
        this.kernels = kernels;
        this.tokenizer = tokenizer;
    }

    @Override
    public Observation apply(long step) {
        SortedMap<String, ValueHistogram> histograms = new TreeMap<>();
        weights.toHost();
        for (ParameterLayout.Parameter p : weights.model().parameters().all()) {
            histograms.put(
                    p.name(),
                    ValueHistogram.of(weights.parameters().get(p.name()).slice()));
        }
        return new Observation(step, sample(), histograms);
    }

    private String sample() {
        if (session == null) {
            session = new InferenceSession(weights, kernels, true);
        }
        int[] prompt = tokenizer.encodePrompt(settings.sample().prompt()).tokens();
        int[] context = prompt.length == 0 ? new int[] {tokenizer.startToken()} : prompt;
        Sampling sampling = new Sampling(settings.sample().sampleTemperature(), 0, 1, settings.seed());
        return TextAssembler.whole(tokenizer.decode(new Generator(session)
                .generate(context, Math.min(LONGEST, settings.sample().sampleLength()), sampling)));
    }
}
