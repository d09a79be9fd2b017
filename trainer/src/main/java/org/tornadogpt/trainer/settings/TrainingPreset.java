package org.tornadogpt.trainer.settings;

import java.util.List;

/**
 * A named starting point: an architecture and how it is trained.
 *
 * @param name as in {@code --preset}
 * @param architecture name of the architecture in the model's own presets
 * @param about one line
 * @param pairs what differs from the usual values, as {@code key=value}
 */
public record TrainingPreset(String name, String architecture, String about, List<String> pairs) {
    /** The preset used where none is named. */
    public static final String DEFAULT = "jdk";

    private static final List<TrainingPreset> ALL = List.of(
            new TrainingPreset(
                    "jdk",
                    "kernel-cpu",
                    "the default: a small GPT learns Java from the JDK's own sources in minutes",
                    List.of(
                            "data=jdk",
                            "batch=16",
                            "block=128",
                            "steps=1000",
                            "dropout=0",
                            "schedule=cosine",
                            "learningRate=2e-3",
                            "minLearningRate=1e-4",
                            "warmupSteps=50",
                            "beta2=0.99",
                            "weightDecay=0.1",
                            "clip=1",
                            "evalInterval=100",
                            "evalBatches=20")),
            new TrainingPreset(
                    "quote",
                    "quote",
                    "one sentence, learnt by heart in seconds",
                    List.of(
                            "data=quote",
                            "validation=0",
                            "batch=32",
                            "block=32",
                            "steps=400",
                            "learningRate=1e-3",
                            "evalInterval=50",
                            "evalBatches=5",
                            "sampleLength=27",
                            "samplePrompt=or not")),
            new TrainingPreset(
                    "kernel-cpu",
                    "kernel-cpu",
                    "0.83M parameters, for kernel sources on a CPU",
                    List.of("data=jdk", "batch=16", "block=128", "steps=3000", "evalInterval=200", "evalBatches=50")),
            new TrainingPreset(
                    "modern",
                    "modern",
                    "kernel-cpu's size in Llama's layout: rotary positions, RMSNorm, SwiGLU, grouped queries",
                    List.of("data=jdk", "batch=16", "block=128", "steps=3000", "evalInterval=200", "evalBatches=50")),
            new TrainingPreset(
                    "kernel-gpu",
                    "kernel-gpu",
                    "10.8M parameters, for kernel sources on a GPU",
                    List.of(
                            "data=linux",
                            "maxTextMegabytes=2000",
                            "batch=64",
                            "block=256",
                            "steps=5000",
                            "evalInterval=250",
                            "evalBatches=200")),
            new TrainingPreset(
                    "shakespeare",
                    "shakespeare",
                    "kernel-gpu's architecture on tinyshakespeare",
                    List.of(
                            "data=tinyshakespeare",
                            "batch=64",
                            "block=256",
                            "steps=3000",
                            "evalInterval=250",
                            "evalBatches=200")),
            new TrainingPreset(
                    "shakespeare-tied",
                    "shakespeare-tied",
                    "GELU and a tied head, with nanoGPT's settings for tinyshakespeare",
                    List.of(
                            "data=tinyshakespeare",
                            "batch=64",
                            "block=256",
                            "steps=5000",
                            "dropout=0.2",
                            "schedule=cosine",
                            "learningRate=1e-3",
                            "minLearningRate=1e-4",
                            "warmupSteps=100",
                            "beta2=0.99",
                            "weightDecay=0.1",
                            "clip=1",
                            "evalInterval=250",
                            "evalBatches=200")),
            new TrainingPreset(
                    "gpt2",
                    "gpt2",
                    "GPT-2's smallest, 124M parameters, with its tokenizer and nanoGPT's settings; for a GPU",
                    List.of(
                            "data=jdk",
                            "tokenizer=gpt2",
                            "maxTextMegabytes=20000",
                            "batch=12",
                            "block=1024",
                            "microSteps=40",
                            "steps=600000",
                            "schedule=cosine",
                            "learningRate=6e-4",
                            "minLearningRate=6e-5",
                            "warmupSteps=2000",
                            "beta2=0.95",
                            "weightDecay=0.1",
                            "clip=1",
                            "evalInterval=1000",
                            "evalBatches=100")),
            new TrainingPreset(
                    "bigram",
                    "bigram",
                    "a table of which character follows which",
                    List.of(
                            "data=tinyshakespeare",
                            "batch=32",
                            "block=8",
                            "steps=100000",
                            "learningRate=1e-3",
                            "weightDecay=0",
                            "evalInterval=5000",
                            "evalBatches=500",
                            "logInterval=100")));

    public TrainingPreset {
        pairs = List.copyOf(pairs);
    }

    public static List<TrainingPreset> all() {
        return ALL;
    }

    public static List<String> names() {
        return ALL.stream().map(TrainingPreset::name).toList();
    }

    /**
     * The preset of that name.
     *
     * @throws UsageException if there is none
     */
    public static TrainingPreset find(String name) {
        return ALL.stream()
                .filter(p -> p.name().equals(name))
                .findFirst()
                .orElseThrow(() ->
                        new UsageException("unknown preset '" + name + "'; " + Suggestions.forUnknown(name, names())));
    }

    /** The preset's values. */
    public Values values() {
        Values values = new Values();
        values.set("preset", name);
        pairs.forEach(values::setPair);
        return values;
    }
}
