package org.tornadogpt.bench.scaling;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.tornadogpt.model.Checkpoint;
import org.tornadogpt.trainer.files.WholeFile;
import org.tornadogpt.trainer.metrics.Metric;
import org.tornadogpt.trainer.metrics.MetricsFile;
import org.tornadogpt.trainer.train.RunFolder;

/** A place of the grid: a size, a budget of tokens, and the folder of its run. */
record Point(ModelSize size, long budget, StudySettings study, Path folder) {
    private static final ObjectMapper JSON = new ObjectMapper();

    static Point of(ModelSize size, long budget, StudySettings study, Path folder) {
        String name = "C" + size.channels() + "-D" + study.tokens(budget);
        return new Point(size, budget, study, folder.resolve("points").resolve(name));
    }

    String name() {
        return folder.getFileName().toString();
    }

    long tokens() {
        return study.tokens(budget);
    }

    private Path resultFile() {
        return folder.resolve("point.json");
    }

    /** Of a point that is done. */
    Optional<PointResult> result() throws IOException {
        return Files.exists(resultFile())
                ? Optional.of(JSON.readValue(resultFile().toFile(), PointResult.class))
                : Optional.empty();
    }

    /** The arguments of {@code tgpt} that bring it to its end. */
    List<String> arguments() {
        boolean begun = Files.exists(folder.resolve("config.yaml")) && Files.exists(folder.resolve("last"));
        return begun ? List.of("train", "--resume", "--run", folder.toString()) : study.train(size, budget, folder);
    }

    /** Reads what the run came to, and keeps it. */
    PointResult finish() throws IOException {
        List<Metric> metrics = MetricsFile.read(folder.resolve("metrics.jsonl"));
        double loss = metrics.stream()
                .filter(Metric::isEvaluation)
                .mapToDouble(Metric::valLoss)
                .min()
                .orElseThrow(() -> new IOException(folder + " has no evaluation"));
        double[] millis = metrics.stream()
                .filter(m -> m.stepMillis() != null)
                .mapToDouble(Metric::stepMillis)
                .sorted()
                .toArray();
        double secondsPerToken =
                millis.length == 0 ? Double.NaN : millis[millis.length / 2] / 1000 / (study.batch() * study.block());
        long parameters = Checkpoint.open(RunFolder.forUse(folder))
                .config()
                .model()
                .parameters()
                .size();
        PointResult result = new PointResult(size.channels(), parameters, tokens(), loss, secondsPerToken);
        WholeFile.write(resultFile(), JSON.writeValueAsBytes(result));
        return result;
    }

    /** The last words of the run's log, for a message. */
    static String lastLine(Path log) throws IOException {
        return Arrays.stream(Files.readString(log).split("\\R"))
                .filter(line -> line.startsWith("tgpt: "))
                .reduce((first, second) -> second)
                .orElse("see " + log);
    }
}
