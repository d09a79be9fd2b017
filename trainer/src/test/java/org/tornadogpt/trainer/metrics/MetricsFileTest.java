package org.tornadogpt.trainer.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsFileTest {
    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void writeSome() throws IOException {
        file = folder.resolve("metrics.jsonl");
        try (MetricsFile metrics = MetricsFile.append(file)) {
            metrics.write(Metric.eval(0, 4.5, 4.25, 0.5));
            for (int step = 1; step <= 4; step++) {
                metrics.write(Metric.step(step, 2.5f, 3e-4f, 1.5f, 12.3456, 1000, step));
            }
            metrics.write(Metric.eval(4, 3.5, 3.25, 5));
        }
    }

    @Test
    void linesHaveTheDocumentedFields() throws IOException {
        List<String> lines = Files.readAllLines(file);
        assertThat(lines).hasSize(6);
        assertThat(lines.get(0))
                .isEqualTo("{\"step\":0,\"event\":\"eval\",\"trainLoss\":4.5,\"valLoss\":4.25,\"elapsedSeconds\":0.5}");
        assertThat(lines.get(1))
                .isEqualTo("{\"step\":1,\"event\":\"step\",\"trainLoss\":2.5,\"learningRate\":3.0E-4,\"gradNorm\":1.5,"
                        + "\"stepMillis\":12.346,\"tokensPerSecond\":1000.0,\"elapsedSeconds\":1.0}");
    }

    @Test
    void truncationKeepsWhatTheCheckpointKnows() throws IOException {
        MetricsFile.truncate(file, 4, false);
        assertThat(MetricsFile.read(file)).hasSize(5).noneMatch(m -> m.isEvaluation() && m.step() == 4);
        MetricsFile.truncate(file, 2, true);
        assertThat(MetricsFile.read(file)).extracting(Metric::step).containsExactly(0L, 1L, 2L);
        MetricsFile.truncate(folder.resolve("none"), 2, true);
    }

    @Test
    void anEvaluationAtTheCheckpointStaysIfTheCheckpointKnowsIt() throws IOException {
        MetricsFile.truncate(file, 4, true);
        assertThat(MetricsFile.read(file)).hasSize(6);
    }

    /** Room that is made later is used: no line is lost, and none is torn. */
    @Test
    void linesThatCannotBeWrittenAreKeptUntilTheyCan() throws IOException {
        Path blocked = Files.createDirectory(folder.resolve("blocked"));
        MetricsFile metrics = MetricsFile.append(blocked);
        for (int step = 1; step <= 100; step++) {
            writeOrFail(metrics, step);
        }
        assertThatThrownBy(metrics::flush).isInstanceOf(IOException.class);
        Files.delete(blocked);
        metrics.close();
        assertThat(MetricsFile.read(blocked))
                .hasSize(100)
                .extracting(Metric::step)
                .isSorted();
    }

    private static void writeOrFail(MetricsFile metrics, int step) {
        try {
            metrics.write(Metric.step(step, 2.5f, 3e-4f, 1.5f, 12.3456, 1000, step));
        } catch (IOException e) {
            assertThat(step).isGreaterThan(1);
        }
    }

    @Test
    void aFileThatIsTakenAwayIsMadeAnew() throws IOException {
        try (MetricsFile metrics = MetricsFile.append(file)) {
            metrics.write(Metric.eval(5, 1, 1, 1));
            metrics.flush();
            Files.delete(file);
            metrics.write(Metric.eval(6, 1, 1, 1));
        }
        assertThat(MetricsFile.read(file)).extracting(Metric::step).containsExactly(6L);
    }

    @Test
    void halfALineAtTheEndIsWhatAKillLeaves() throws IOException {
        Files.writeString(file, "{\"step\":5,\"ev", StandardOpenOption.APPEND);
        assertThat(MetricsFile.read(file)).hasSize(6);
        MetricsFile.truncate(file, 4, true);
        assertThat(Files.readString(file)).endsWith("}\n");
        Files.writeString(file, "nonsense\n{}\n", StandardOpenOption.APPEND);
        assertThatThrownBy(() -> MetricsFile.read(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("line 7");
    }
}
