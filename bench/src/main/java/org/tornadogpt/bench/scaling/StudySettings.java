package org.tornadogpt.bench.scaling;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.tornadogpt.trainer.files.WholeFile;
import org.tornadogpt.trainer.settings.UsageException;

/**
 * What all points of a study have in common; {@code study.json} keeps it, so that a study goes on as it began.
 *
 * @param data as for {@code --data}
 * @param batch blocks of a step
 * @param block tokens of a block
 * @param pairs further {@code key=value} of {@code tgpt train}
 */
record StudySettings(String data, int batch, int block, long seed, List<String> pairs) {
    private static final String FILE = "study.json";
    private static final int EVALUATIONS = 4;
    private static final int EVALUATION_BATCHES = 30;

    StudySettings {
        pairs = List.copyOf(pairs);
        if (batch < 1 || block < 1) {
            throw new UsageException("batch and block must be positive, got " + batch + " and " + block);
        }
    }

    /**
     * Keeps the settings in a new study's folder.
     *
     * @throws UsageException if the folder has a study with others
     */
    void keepIn(Path folder) throws IOException {
        ObjectMapper json = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
        Path file = folder.resolve(FILE);
        if (!Files.exists(file)) {
            Files.createDirectories(folder);
            WholeFile.write(file, json.writeValueAsBytes(this));
            return;
        }
        StudySettings kept = json.readValue(file.toFile(), StudySettings.class);
        if (!kept.equals(this)) {
            throw new UsageException(
                    folder + " has a study with other settings: " + kept + "; give those, or another --out");
        }
    }

    int steps(long tokens) {
        return Math.toIntExact(Math.max(1, Math.round((double) tokens / (batch * block))));
    }

    /** Tokens that a budget comes to in whole steps. */
    long tokens(long budget) {
        return (long) steps(budget) * batch * block;
    }

    /** The arguments of the {@code tgpt train} that makes a point. */
    List<String> train(ModelSize size, long budget, Path run) {
        int steps = steps(budget);
        List<String> arguments = new java.util.ArrayList<>(List.of(
                "train",
                "--preset",
                "jdk",
                "--data",
                data,
                "--run",
                run.toString(),
                "--steps",
                String.valueOf(steps),
                "--seed",
                String.valueOf(seed)));
        List<String> all = new java.util.ArrayList<>(List.of(
                "batch=" + batch,
                "block=" + block,
                "warmupSteps=" + Math.max(1, steps / 10),
                "evalInterval=" + Math.max(1, steps / EVALUATIONS),
                "evalBatches=" + EVALUATION_BATCHES,
                "logInterval=1",
                "sampleLength=0"));
        all.addAll(size.pairs());
        all.addAll(pairs);
        all.forEach(pair -> arguments.addAll(List.of("--set", pair)));
        return arguments;
    }
}
