package org.tornadogpt.trainer.settings;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.model.GptConfig;
import org.tornadogpt.model.ModelConfig;
import org.tornadogpt.model.Presets;
import org.tornadogpt.model.lora.LoraSettings;
import org.tornadogpt.model.optimizer.Optimizer;
import org.tornadogpt.model.tokenizer.Tokenizers;
import org.tornadogpt.trainer.data.TextRules;

/**
 * Everything about a training run, resolved and checked.
 *
 * @param preset the name of what it started from
 * @param data see {@code CorpusReader}
 * @param text how that is read
 * @param tokenizer its name; see {@code Tokenizers}
 * @param device name of the device
 * @param threads worker threads, 0 for one for each processor
 * @param seed of everything random
 * @param steps when to stop
 * @param kernels variants asked for, by operation
 * @param lora adapters that train in place of the parameters, {@code none} for these
 * @param model the architecture; its vocabulary is the architecture's own until the text is known
 */
public record TrainSettings(
        String preset,
        String data,
        TextRules text,
        String tokenizer,
        String device,
        int threads,
        long seed,
        int steps,
        Map<String, String> kernels,
        ModelConfig model,
        BatchSettings batches,
        ScheduleSettings schedule,
        OptimizerSettings optimizer,
        String lora,
        EvaluationSettings evaluation,
        SampleSettings sample) {
    public TrainSettings {
        kernels = Map.copyOf(kernels);
        Check.positive("steps", steps);
        Check.notNegative("threads", threads);
    }

    /**
     * Lays the given values over those of the preset that they name.
     *
     * @throws UsageException for a value that cannot be; the message names the key
     */
    public static TrainSettings of(Values given) {
        Values values = overPreset(given);
        TrainingPreset preset = TrainingPreset.find(values.text("preset"));
        return new TrainSettings(
                preset.name(),
                values.text("data"),
                textRules(values),
                tokenizer(values.text("tokenizer").strip()),
                values.text("device"),
                values.integer("threads"),
                values.longInteger("seed"),
                values.integer("steps"),
                values.kernels(),
                ModelKeys.apply(Presets.find(preset.architecture()), values),
                BatchSettings.of(values),
                ScheduleSettings.of(given, values),
                OptimizerSettings.of(values),
                values.text("lora").strip(),
                EvaluationSettings.of(values),
                SampleSettings.of(values));
    }

    /** A file is found again from any folder. */
    private static String tokenizer(String name) {
        if (Tokenizers.isName(name)) {
            return name;
        }
        try {
            return Path.of(name).toAbsolutePath().normalize().toString();
        } catch (InvalidPathException e) {
            throw new UsageException("tokenizer: " + e.getMessage(), e);
        }
    }

    private static TextRules textRules(Values values) {
        return new TextRules(
                values.truth("keepLineEndings"),
                values.truth("hiddenFiles"),
                values.count("maxTextMegabytes"),
                values.count("maxFiles"),
                values.count("maxZipRatio"));
    }

    private static Values overPreset(Values given) {
        Values values = TrainingPreset.find(given.get("preset").orElse(TrainingPreset.DEFAULT))
                .values();
        values.putAll(given);
        return values;
    }

    /** The adapters that train; null if the parameters do. */
    public LoraSettings adapters() {
        if (lora.equals("none")) {
            return null;
        }
        try {
            return LoraSettings.parse(lora);
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage(), e);
        }
    }

    /** How parameters are updated, apart from a step's learning rate. */
    public Optimizer updates() {
        return optimizer.updates(schedule.learningRate());
    }

    /**
     * Whether the optimizer can train what there is to train.
     *
     * @throws UsageException if not
     */
    public void checkOptimizer() {
        if (adapters() != null && !updates().equals(Optimizer.ADAMW)) {
            throw new UsageException("adapters (lora) are trained by adamw alone: leave optimizer and emaDecay out");
        }
        if (optimizer.method() == Optimizer.Method.MUON && !(model instanceof GptConfig)) {
            throw new UsageException(
                    "optimizer=muon is for the matrices of blocks, which a model of kind " + model.kind() + " lacks");
        }
    }

    /** What the user should know of how {@code given} became these settings; mostly nothing. */
    public List<String> remarks(Values given) {
        return schedule.aboutWarmup(overPreset(given)).stream().toList();
    }

    /** Whether the text is the preset's own, not one that the user chose. */
    public boolean isOnPresetsText() {
        return data.equals(TrainingPreset.find(preset).values().text("data"));
    }

    /** Every key with its value, so that {@link #of} gives these settings again whatever the preset becomes. */
    public Values values() {
        Values values = new Values();
        values.set("preset", preset);
        values.set("data", data);
        values.set("keepLineEndings", String.valueOf(text.keepLineEndings()));
        values.set("hiddenFiles", String.valueOf(text.hiddenFiles()));
        values.set("maxTextMegabytes", String.valueOf(text.maxMegabytes()));
        values.set("maxFiles", String.valueOf(text.maxFiles()));
        values.set("maxZipRatio", String.valueOf(text.maxZipRatio()));
        values.set("device", device);
        values.set("tokenizer", tokenizer);
        values.set("threads", String.valueOf(threads));
        values.set("seed", String.valueOf(seed));
        values.set("steps", String.valueOf(steps));
        values.set("batch", String.valueOf(batches.batch()));
        values.set("block", String.valueOf(batches.block()));
        values.set("microSteps", String.valueOf(batches.microSteps()));
        values.set("validation", String.valueOf(batches.validation()));
        values.set("schedule", schedule.shape().toString());
        values.set("learningRate", String.valueOf(schedule.learningRate()));
        values.set("minLearningRate", String.valueOf(schedule.minLearningRate()));
        values.set("warmupSteps", String.valueOf(schedule.warmupSteps()));
        values.set("decaySteps", String.valueOf(schedule.decaySteps()));
        values.set("optimizer", optimizer.method().toString());
        values.set("muonRate", String.valueOf(optimizer.muonRate()));
        values.set("muonMomentum", String.valueOf(optimizer.muonMomentum()));
        values.set("emaDecay", String.valueOf(optimizer.emaDecay()));
        values.set("beta1", String.valueOf(optimizer.beta1()));
        values.set("beta2", String.valueOf(optimizer.beta2()));
        values.set("epsilon", String.valueOf(optimizer.epsilon()));
        values.set("weightDecay", String.valueOf(optimizer.weightDecay()));
        values.set("lora", lora);
        values.set("clip", String.valueOf(optimizer.clip()));
        values.set("evalInterval", String.valueOf(evaluation.evalInterval()));
        values.set("evalBatches", String.valueOf(evaluation.evalBatches()));
        values.set("patience", String.valueOf(evaluation.patience()));
        values.set("checkpointInterval", String.valueOf(evaluation.checkpointInterval()));
        values.set("checkpointMinutes", String.valueOf(evaluation.checkpointMinutes()));
        values.set("logInterval", String.valueOf(evaluation.logInterval()));
        values.set("sampleLength", String.valueOf(sample.sampleLength()));
        values.set("samplePrompt", sample.samplePrompt());
        values.set("sampleTemperature", String.valueOf(sample.sampleTemperature()));
        values.set("sampleEvery", String.valueOf(sample.sampleEvery()));
        ModelKeys.read(model).forEach(values::set);
        new TreeMap<>(kernels).forEach((operation, variant) -> values.setKernel(operation + "=" + variant));
        return values;
    }

    /** The same run on what was found: the text, its tokenizer, and the device that {@code auto} stood for. */
    public TrainSettings found(String dataSpec, String tokenizerName, Device opened) {
        return new TrainSettings(
                preset,
                dataSpec,
                text,
                tokenizerName,
                opened.id(),
                threads,
                seed,
                steps,
                kernels,
                model,
                batches,
                schedule,
                optimizer,
                lora,
                evaluation,
                sample);
    }
}
