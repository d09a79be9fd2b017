package org.tornadogpt.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How tokens are chosen and where a text ends. */
class GenerateTest {
    @TempDir
    private static Path folder;

    private static Path run;

    @BeforeAll
    static void train() throws IOException {
        run = folder.resolve("run");
        assertThat(Tgpt.run(TinyRun.train(TinyRun.text(folder), run, "--steps", "40"))
                        .code())
                .isZero();
    }

    private static Tgpt generate(String... more) {
        List<String> args = new ArrayList<>(List.of("generate", "--run", run.toString(), "--prompt", "int x"));
        args.addAll(List.of(more));
        return Tgpt.run(args.toArray(String[]::new));
    }

    @Test
    void aTextEndsBeforeAStopString() {
        String whole = generate("--tokens", "60").out();
        String stop = whole.substring(20, 22).replace("\n", "\\n");
        int end = whole.indexOf(whole.substring(20, 22), 5);
        assertThat(generate("--tokens", "60", "--stop", stop).out().stripTrailing())
                .isEqualTo(whole.substring(0, end).stripTrailing());
        assertThat(generate("--tokens", "60", "--stop", stop, "--samples", "2").out())
                .contains("--- sample 1, seed 1337\n" + whole.substring(0, end) + "\n");
    }

    @Test
    void fewerTokensAreLeftToChooseFrom() {
        String greedy = generate("--tokens", "40", "--temperature", "0").out();
        assertThat(generate("--tokens", "40", "--min-p", "1").out()).isEqualTo(greedy);
        assertThat(generate("--tokens", "40", "--temperature", "0", "--repetition-penalty", "50")
                        .out())
                .isNotEqualTo(greedy);
    }

    @Test
    void beamsAreShownTheBestFirst() {
        Tgpt tgpt = generate("--tokens", "12", "--beams", "3");
        assertThat(tgpt.code()).as(tgpt.toString()).isZero();
        List<Double> said = tgpt.out()
                .lines()
                .filter(line -> line.startsWith("--- beam "))
                .map(line -> Double.parseDouble(line.replaceAll(".*log probability (\\S+),.*", "$1")))
                .toList();
        assertThat(said).hasSize(3).isSortedAccordingTo((a, b) -> Double.compare(b, a));
        assertThat(tgpt.out()).contains("\nint x");
    }

    @Test
    void probabilitiesAreShownForEachToken() {
        Tgpt tgpt = generate("--tokens", "7", "--show-probabilities", "--temperature", "0");
        assertThat(tgpt.out().lines()).hasSize(7).allMatch(line -> line.matches("'.{1,2}' +\\d+\\.\\d%  \\|.*"));
        String first = tgpt.out().lines().findFirst().orElseThrow();
        assertThat(first.split("\\|", 2)[1].strip())
                .as("the likeliest is the one that was chosen")
                .startsWith(first.split("\\|", 2)[0].strip());
    }

    @ParameterizedTest
    @CsvSource({
        "--min-p,2,min-p",
        "--repetition-penalty,0,repetition penalty",
        "--beams,-1,--beams",
        "--stop,'',--stop",
    })
    void wrongValuesAreRefused(String option, String value, String named) {
        Tgpt tgpt = generate(option, value);
        assertThat(tgpt.code()).isEqualTo(ExitCode.USAGE);
        assertThat(tgpt.err()).contains(named);
    }

    @Test
    void whatDoesNotGoTogetherIsRefused() {
        assertThat(generate("--beams", "2", "--samples", "2").code()).isEqualTo(ExitCode.USAGE);
        assertThat(generate("--show-probabilities", "--samples", "2").code()).isEqualTo(ExitCode.USAGE);
    }
}
