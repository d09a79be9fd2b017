package org.tornadogpt.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code tgpt eval}. */
class EvalTest {
    @TempDir
    private static Path folder;

    private static Path run;
    private static Path other;

    @BeforeAll
    static void train() throws IOException {
        run = folder.resolve("run");
        other = folder.resolve("other");
        Path text = TinyRun.text(folder);
        assertThat(Tgpt.run(TinyRun.train(text, run, "--steps", "20")).code()).isZero();
        assertThat(Tgpt.run(TinyRun.train(text, other, "--steps", "60")).code()).isZero();
    }

    private static Tgpt good(String... args) {
        Tgpt tgpt = Tgpt.run(args);
        assertThat(tgpt.code()).as(tgpt.toString()).isZero();
        return tgpt;
    }

    @Test
    void measuresTheWholeValidationPart() throws IOException {
        Path out = folder.resolve("out");
        Tgpt tgpt = good("eval", "--run", run.toString(), "--out", out.toString());
        assertThat(tgpt.out())
                .contains("bits/byte", "95 % interval", "±", "stride 4 of a block of 8: each with at least 5")
                .contains("tokens before", "5-8", "passages of 64 tokens", "\\n");
        JsonNode json =
                new ObjectMapper().readTree(out.resolve("eval.json").toFile()).path(0);
        int characters = Files.readString(folder.resolve("text.txt")).length();
        int validation = characters - (int) (0.9 * characters);
        assertThat(json.path("tokens").asInt()).isEqualTo(validation - 1);
        assertThat(json.path("bytes").asInt()).isEqualTo(validation - 1);
        double loss = json.path("loss").asDouble();
        assertThat(json.path("bitsPerCharacter").asDouble()).isCloseTo(loss / Math.log(2), within(1e-9));
        assertThat(json.path("positionLosses")).hasSize(8);
        assertThat(ImageIO.read(out.resolve("positions.png").toFile()).getWidth())
                .isEqualTo(1000);
    }

    @Test
    void repeatsToTheBit() {
        String[] args = {"eval", "--run", run.toString(), "--stride", "3", "--part", "training"};
        assertThat(good(args).out()).isEqualTo(good(args).out()).contains("training");
        String[] oneThread = {"eval", "--run", run.toString(), "--stride", "3", "--part", "training", "--threads", "1"};
        assertThat(good(oneThread).out()).isEqualTo(good(args).out());
    }

    @Test
    void laysRunsSideBySide() {
        Tgpt tgpt = good("eval", run.toString(), other.toString(), "--passages", "0");
        assertThat(tgpt.out())
                .containsPattern("other( +\\d\\S+){4} +±\\S+ +-0\\.\\d+ ±0\\.\\d+")
                .contains("from the first")
                .doesNotContain("passages of");
    }

    @Test
    void scoresTasks() throws IOException {
        Path tasks = Files.writeString(folder.resolve("tasks.jsonl"), """
                {"ctx": "int x1", "endings": ["= 3;", ";;"], "label": 0}
                {"ctx": "int x2", "endings": ["= 4;", "é"], "label": 0}
                {"text": "int x3"}
                """);
        assertThat(good("eval", run.toString(), other.toString(), "--tasks", tasks.toString())
                        .out())
                .contains("acc_norm", "multiple choice", "last word", "other")
                .contains("1 items have characters that the model does not know");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--stride 9|--stride must be 1 to the model's block, 8, got 9",
                "--stride 0|got 0",
                "--part test|--part takes validation or training",
                "--tasks t.jsonl --data quote|--tasks brings its own text",
                "--batches 3 --stride 2|--batches are random",
                "--passages -1|--passages must be 0 or more",
                "runs/a|name runs one by one or with --run, not both"
            })
    void refusesInOneLine(String options, String message) {
        Tgpt tgpt = Tgpt.run(("eval --run " + run + " " + options).split(" "));
        assertThat(tgpt.code()).as(tgpt.toString()).isEqualTo(ExitCode.USAGE);
        assertThat(tgpt.err()).contains(message);
    }
}
