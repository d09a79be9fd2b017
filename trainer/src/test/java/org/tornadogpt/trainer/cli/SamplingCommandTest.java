package org.tornadogpt.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code tgpt sampling}. */
class SamplingCommandTest {
    @TempDir
    private static Path folder;

    private static Path run;

    @BeforeAll
    static void train() throws IOException {
        run = folder.resolve("run");
        assertThat(Tgpt.run(TinyRun.train(TinyRun.text(folder), run, "--steps", "60"))
                        .code())
                .isZero();
    }

    private static double perplexity(String out, String cell) {
        Matcher row = Pattern.compile("\\| " + cell + " .*\\| (\\S+) \\|").matcher(out);
        assertThat(row.find()).as(out).isTrue();
        return Double.parseDouble(row.group(1));
    }

    @Test
    void warmerTextsAreLessLikely() throws IOException {
        Tgpt tgpt = Tgpt.run(
                ("sampling --run " + run + " --temperatures 0.2,1,3 --top-p 0.6,1 --samples 3 --tokens 40").split(" "));
        assertThat(tgpt.code()).as(tgpt.toString()).isZero();
        double cold = perplexity(tgpt.out(), "0.2 \\| 1.0");
        double plain = perplexity(tgpt.out(), "1.0 \\| 1.0");
        double hot = perplexity(tgpt.out(), "3.0 \\| 1.0");
        assertThat(cold).isBetween(1.0, plain);
        assertThat(plain).isLessThan(hot);
        assertThat(perplexity(tgpt.out(), "3.0 \\| 0.6")).isLessThan(hot);
        assertThat(perplexity(tgpt.out(), "the text \\| itself")).isPositive();
        Path out = run.resolve("sampling");
        assertThat(Files.readString(out.resolve("sampling.md"))).contains("temperature 3.0, top-p 0.6:");
        assertThat(out.resolve("perplexity.png")).isNotEmptyFile();
        assertThat(out.resolve("variety.png")).isNotEmptyFile();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--samples 0|--samples must be 1 or more",
                "--top-p 0.5,0|top-p is above 0",
                "--temperatures -1|temperatures are 0 to 100"
            })
    void refusesInOneLine(String options, String message) {
        Tgpt tgpt = Tgpt.run(("sampling --run " + run + " " + options).split(" "));
        assertThat(tgpt.code()).as(tgpt.toString()).isEqualTo(ExitCode.USAGE);
        assertThat(tgpt.err()).contains(message);
    }
}
