package org.tornadogpt.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tornadogpt.kernels.kernel.vector.LanesVector;

/** A run that an earlier version wrote (see ABOUT.txt beside it) goes on as it would have gone on then. */
class OldRunTest {
    private static final Path FIXTURE = Path.of("src/test/resources/org/tornadogpt/trainer/oldrun");
    private static final int STEPS_BEFORE = 20;
    private static final int EVALUATIONS_BEFORE = 3;

    /** The figures are of this architecture; on others the JVM's exp may differ in its last bit. */
    private static final boolean SAME_BITS = Set.of("amd64", "x86_64").contains(System.getProperty("os.arch"));

    @TempDir
    private Path folder;

    private Path run;

    @BeforeEach
    void copy() throws IOException {
        run = folder.resolve("run");
        try (Stream<Path> files = Files.walk(FIXTURE.resolve("run"))) {
            for (Path file : files.toList()) {
                Files.copy(
                        file,
                        run.resolve(FIXTURE.resolve("run").relativize(file).toString()));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sequential", "cpu"})
    void resumingGivesTheLossesThatTheOldVersionGave(String device) throws IOException {
        Tgpt resumed = Tgpt.run("train", "--resume", "--run", run.toString(), "--device", device, "--steps", "26");
        assertThat(resumed.code()).as(resumed.toString()).isZero();
        List<JsonNode> metrics = lines(run.resolve("metrics.jsonl"));
        String then = device.equals("cpu") ? "cpu-" + LanesVector.LANES * Float.SIZE : device;
        List<JsonNode> expected = lines(FIXTURE.resolve("continued").resolve(then + ".jsonl"));
        List<JsonNode> found = metrics.subList(STEPS_BEFORE + EVALUATIONS_BEFORE, metrics.size());
        assertThat(found).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            for (String name : (Iterable<String>) expected.get(i)::fieldNames) {
                compare(name, expected.get(i), found.get(i));
            }
        }
    }

    private static void compare(String name, JsonNode expected, JsonNode found) {
        if (SAME_BITS || !expected.get(name).isDouble()) {
            assertThat(found.get(name)).as(name + " of " + found).isEqualTo(expected.get(name));
        } else {
            assertThat(found.get(name).asDouble())
                    .as(name + " of " + found)
                    .isCloseTo(expected.get(name).asDouble(), within(1e-4));
        }
    }

    private static List<JsonNode> lines(Path file) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        return Files.readAllLines(file).stream()
                .map(line -> {
                    try {
                        return mapper.readTree(line);
                    } catch (IOException e) {
                        throw new AssertionError(line, e);
                    }
                })
                .toList();
    }

    @Test
    void itsCheckpointWritesTheSameText() {
        Tgpt written = Tgpt.run(
                "generate",
                "--run",
                run.toString(),
                "--device",
                "sequential",
                "--prompt",
                "or not",
                "--tokens",
                "20",
                "--temperature",
                "0.5",
                "--seed",
                "3");
        assertThat(written.code()).as(written.toString()).isZero();
        assertThat(written.out()).startsWith("or nothe t ts quue t be t ");
    }

    @Test
    void itIsEvaluatedWithItsOwnSettings() {
        Tgpt evaluated = Tgpt.run("eval", "--run", run.toString(), "--device", "cpu", "--batches", "2");
        assertThat(evaluated.code()).as(evaluated.toString()).isZero();
        assertThat(evaluated.out()).contains("1.4885");
    }
}
