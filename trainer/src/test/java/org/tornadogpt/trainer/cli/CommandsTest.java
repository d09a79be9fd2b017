package org.tornadogpt.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tornadogpt.kernels.kernel.Variants;
import org.tornadogpt.trainer.settings.Keys;
import org.tornadogpt.trainer.settings.TrainingPreset;

/** The commands around training. */
class CommandsTest {
    @TempDir
    private static Path folder;

    private static Path run;

    @BeforeAll
    static void train() throws IOException {
        run = folder.resolve("run");
        Tgpt tgpt = Tgpt.run(TinyRun.train(TinyRun.text(folder), run, "--steps", "40"));
        assertThat(tgpt.code()).as(tgpt.toString()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "train ",
                "generate ",
                "eval ",
                "devices ",
                "kernels ",
                "data ",
                "data fetch ",
                "data list ",
                "presets "
            })
    void everyCommandExplainsItself(String command) {
        Tgpt tgpt = Tgpt.run((command + "--help").split(" "));
        assertThat(tgpt.code()).isZero();
        assertThat(tgpt.out()).contains("Usage: tgpt " + command.strip());
        assertThat(tgpt.err()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--help",
                "train --help",
                "generate --help",
                "eval --help",
                "sampling --help",
                "devices --help",
                "kernels --help",
                "data --help",
                "data fetch --help",
                "presets --help",
                "doctor --help",
                "presets",
                "presets quote",
                "presets --keys",
                "devices",
                "kernels",
                "data list"
            })
    void everythingFits80Columns(String command) {
        Tgpt tgpt = Tgpt.runOn(Tgpt.terminal(80, false), command.split(" "));
        assertThat(tgpt.code()).as(tgpt.toString()).isZero();
        assertThat(tgpt.out().lines())
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
    }

    @Test
    void helpIsColouredWhereOutputIs() {
        assertThat(Tgpt.runOn(Tgpt.terminal(80, true), "train", "--help").out()).contains("\033[");
        assertThat(Tgpt.runOn(Tgpt.terminal(80, false), "train", "--help").out())
                .doesNotContain("\033[");
        assertThat(Tgpt.run("train", "--help").out()).doesNotContain("\033[");
    }

    @Test
    void withoutACommandItShowsTheUsage() {
        Tgpt tgpt = Tgpt.run();
        assertThat(tgpt.code()).isEqualTo(ExitCode.USAGE);
        assertThat(tgpt.err()).contains("Usage: tgpt", "train", "generate", "kernels");
        assertThat(Tgpt.run("--version").out()).contains("tornado-gpt", "25");
    }

    @Test
    void helpListsEveryKey() {
        assertThat(Tgpt.run("train", "--help").out()).contains(Keys.names());
        assertThat(Tgpt.run("presets", "--keys").out()).contains(Keys.names());
    }

    /** As many values as there are, from the code that accepts them. */
    @Test
    void helpListsTheValuesOfEveryKeyThatHasAFew() {
        String keys = Tgpt.run("presets", "--keys").out();
        assertThat(keys)
                .containsPattern(
                        "preset +.*: jdk, quote, kernel-cpu, modern, kernel-gpu, shakespeare, shakespeare-tied,"
                                + " gpt2, bigram ")
                .containsPattern("schedule +.*: constant, cosine ")
                .containsPattern("positions +.*: learned")
                .containsPattern("norm +.*: layernorm")
                .containsPattern("activation +.*: relu, gelu, gelu_tanh");
        for (String flag : List.of("qkvBias", "projectionBias", "mlpBias", "headBias", "tiedHead")) {
            assertThat(keys).containsPattern(flag + " +.*: true, false");
        }
        for (String name : TrainingPreset.names()) {
            assertThat(Tgpt.run("train", "--help").out()).contains(name);
        }
    }

    @Test
    void presetsShowFiguresToMeet() {
        assertThat(Tgpt.run("presets").out())
                .contains(TrainingPreset.names())
                .contains("103,821", "832,607", "10,819,689");
        assertThat(Tgpt.run("presets", "quote").out()).containsPattern("steps +400");
    }

    @Test
    void devicesAndKernelsAreListed() {
        assertThat(Tgpt.run("devices").out()).contains("sequential", "cpu", "auto", "tornado");
        String kernels = Tgpt.run("kernels").out();
        assertThat(kernels.lines()).hasSize(1 + Variants.all().size());
        assertThat(kernels).containsPattern("matmul +naive +one dot product per element +sequential[*] cpu tornado");
        assertThat(kernels.lines()).allMatch(line -> line.length() <= 100);
        assertThat(Variants.all())
                .allMatch(v -> v.mechanism().length() <= 30 && !v.description().isBlank());
        assertThat(Tgpt.run("data", "list").out()).contains("jdk", "quote", "tinyshakespeare");
    }

    @Test
    void kernelsAreExplained() {
        Tgpt all = Tgpt.run("kernels", "show", "attention");
        assertThat(all.code()).isZero();
        assertThat(all.out()).contains("attention=flash: ", "attention=materialized: ", "head size at most 128");
        assertThat(Tgpt.run("kernels", "show", "attention=flash").out()).doesNotContain("materialized");
        Tgpt wrong = Tgpt.run("kernels", "show", "atention");
        assertThat(wrong.code()).isEqualTo(ExitCode.USAGE);
        assertThat(wrong.err()).contains("unknown operation 'atention'; did you mean attention?");
        assertThat(Tgpt.run("kernels", "show", "attention=flahs").err()).contains("did you mean flash?");
    }

    @Test
    void generatesOnlyTextAndTheSameTextForOneSeed() {
        String[] args = {"generate", "--run", run.toString(), "--prompt", "int x", "--tokens", "30", "--seed", "3"};
        Tgpt one = Tgpt.run(args);
        assertThat(one.code()).as(one.toString()).isZero();
        assertThat(one.out())
                .startsWith("int x")
                .hasSize("int x".length() + 30 + System.lineSeparator().length());
        assertThat(Tgpt.run(args).out()).isEqualTo(one.out());
        args[args.length - 1] = "4";
        assertThat(Tgpt.run(args).out()).isNotEqualTo(one.out());
        assertThat(one.err()).contains("best");
    }

    @Test
    void withoutItsCacheAModelWritesTheSameTextAndTellsItsSpeed() {
        String[] args = {
            "generate", "--run", run.toString(), "--prompt", "int x", "--tokens", "70", "--seed", "3", "--speed"
        };
        Tgpt cached = Tgpt.run(args);
        assertThat(cached.err())
                .containsPattern("70 tokens in [0-9.]+ s: [0-9,]+ tokens/s; the last 38 at [0-9,]+ tokens/s");
        Tgpt uncached =
                Tgpt.run(Stream.concat(Stream.of(args), Stream.of("--no-cache")).toArray(String[]::new));
        assertThat(uncached.code()).as(uncached.toString()).isZero();
        assertThat(uncached.out()).isEqualTo(cached.out());
    }

    @Test
    void aPromptOfUnknownCharactersIsNoted() {
        Tgpt tgpt =
                Tgpt.run("generate", "--checkpoint", run.resolve("last").toString(), "--prompt", "Ü", "--tokens", "3");
        assertThat(tgpt.code()).isZero();
        assertThat(tgpt.err()).contains("U+00DC");
        assertThat(Tgpt.run("generate", "--run", run.toString(), "--prompt", "", "--tokens", "3")
                        .code())
                .isZero();
    }

    @Test
    void foreverEndsWithCtrlC() {
        AtomicInteger asked = new AtomicInteger();
        Tgpt tgpt =
                Tgpt.runUntil(() -> asked.incrementAndGet() > 300, "generate", "--run", run.toString(), "--forever");
        assertThat(tgpt.code()).isEqualTo(ExitCode.INTERRUPTED);
        assertThat(tgpt.out().length()).isGreaterThan(300);
    }

    @Test
    void evalRepeatsTheFiguresOfTraining() throws IOException {
        Tgpt tgpt = Tgpt.run("eval", "--run", run.toString(), "--batches", "2");
        assertThat(tgpt.code()).as(tgpt.toString()).isZero();
        String last = Files.readAllLines(run.resolve("metrics.jsonl")).getLast();
        String loss = last.replaceAll(".*\"valLoss\":([0-9.]+).*", "$1");
        assertThat(tgpt.out())
                .containsPattern("validation +" + String.format(Locale.ROOT, "%.4f", Double.parseDouble(loss)));
        assertThat(tgpt.out()).contains("perplexity", "bits/character");
    }

    @Test
    void bf16MatricesChangeTheLossALittle() {
        double floats = validationLoss("f32", "cpu");
        double halves = validationLoss("bf16", "cpu");
        assertThat(halves).isNotEqualTo(floats).isCloseTo(floats, within(0.02));
        assertThat(validationLoss("bf16", "sequential")).isCloseTo(halves, within(0.0002));
    }

    private static double validationLoss(String type, String device) {
        Tgpt tgpt = Tgpt.run("eval", "--run", run.toString(), "--dtype", type, "--device", device);
        assertThat(tgpt.code()).as(tgpt.toString()).isZero();
        Matcher loss = Pattern.compile("validation +([0-9.]+)").matcher(tgpt.out());
        assertThat(loss.find()).isTrue();
        return Double.parseDouble(loss.group(1));
    }

    @Test
    void textsAreWrittenWithBf16Matrices() {
        String[] args = {
            "generate", "--run", run.toString(), "--prompt", "int x", "--tokens", "60", "--seed", "3", "--dtype", "bf16"
        };
        Tgpt alone = Tgpt.run(args);
        assertThat(alone.code()).as(alone.toString()).isZero();
        Tgpt together = Tgpt.run(
                Stream.concat(Stream.of(args), Stream.of("--samples", "3")).toArray(String[]::new));
        assertThat(together.out()).contains(alone.out().strip());
    }

    @Test
    void aTypeThatThereIsNotIsWrongUsage() {
        for (String command : List.of("generate", "eval")) {
            Tgpt tgpt = Tgpt.run(command, "--run", run.toString(), "--dtype", "f16");
            assertThat(tgpt.code()).isEqualTo(ExitCode.USAGE);
            assertThat(tgpt.err()).contains("--dtype takes f32 or bf16, got 'f16'");
        }
    }

    /** This class path has no variant for tensor cores. */
    @Test
    void trainingMultipliesInBf16OnlyWhereAVariantDoes() {
        refusedTraining("--dtype takes f32 or bf16, got 'f16'", "--dtype", "f16");
        refusedTraining(
                "--dtype bf16 needs matmul=mma, which only builds have that found a TornadoVM SDK", "--dtype", "bf16");
        refusedTraining(
                "--dtype bf16 is --kernel matmul=mma, not matmul=naive", "--dtype", "bf16", "--kernel", "matmul=naive");
    }

    private static void refusedTraining(String message, String... options) {
        Tgpt tgpt = Tgpt.run(Stream.concat(Stream.of("train", "--preset", "quote"), Stream.of(options))
                .toArray(String[]::new));
        assertThat(tgpt.code()).isEqualTo(ExitCode.USAGE);
        assertThat(tgpt.err()).contains(message);
    }

    @Test
    void evalReadsAnotherText() throws IOException {
        Path other = Files.writeString(folder.resolve("other.txt"), "int x1 = 3;\n".repeat(50));
        Tgpt known = Tgpt.run("eval", "--checkpoint", run.resolve("best").toString(), "--data", other.toString());
        assertThat(known.code()).as(known.toString()).isZero();
        assertThat(known.out()).containsPattern("whole text +\\d\\.\\d{4}");
        Path foreign = Files.writeString(folder.resolve("foreign.txt"), "ÄÖÜ".repeat(50));
        Tgpt unknown = Tgpt.run("eval", "--run", run.toString(), "--data", foreign.toString());
        assertThat(unknown.code()).isEqualTo(ExitCode.FAILED);
        assertThat(unknown.err()).contains("cannot read", "U+00C4");
    }
}
