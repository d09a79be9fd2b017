package org.tornadogpt.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tornadogpt.trainer.train.RunFolder;

/** Texts of other systems, in odd places, and prompts that look like something else, from training to generation. */
class TextsTest {
    @TempDir
    private Path folder;

    private Path text;
    private Path run;

    @BeforeEach
    void writeText() throws IOException {
        text = TinyRun.text(folder);
        run = folder.resolve("run");
    }

    private static Tgpt good(String... args) {
        Tgpt tgpt = Tgpt.run(args);
        assertThat(tgpt.code()).as(tgpt.toString()).isZero();
        return tgpt;
    }

    private static Tgpt train(Object data, Path run, String... more) {
        return good(TinyRun.train(
                Path.of(data.toString()),
                run,
                Stream.concat(Stream.of("--steps", "3"), Stream.of(more)).toArray(String[]::new)));
    }

    private Path dos() throws IOException {
        return Files.writeString(
                folder.resolve("dos.txt"), "\uFEFF" + Files.readString(text).replace("\n", "\r\n"));
    }

    @Test
    void aFileOfAnotherSystemTrainsTheSameModelAndThatIsSaid() throws IOException {
        Tgpt plain = train(text, run);
        assertThat(plain.out()).doesNotContain("CR");
        Path other = folder.resolve("other");
        Tgpt tgpt = train(dos(), other);
        assertThat(tgpt.out())
                .contains(
                        "400 line ends CR LF became LF, 1 byte order mark was dropped (--keep-line-endings leaves them)");
        assertThat(TinyRun.tensors(other.resolve("last"))).isEqualTo(TinyRun.tensors(run.resolve("last")));
    }

    @Test
    void whoWantsLineEndsKeptHasThemKeptToTheEnd() throws IOException {
        Tgpt tgpt = train(dos(), run, "--keep-line-endings");
        assertThat(tgpt.out()).doesNotContain("became");
        assertThat(Files.readString(run.resolve("config.yaml"))).contains("keepLineEndings: true");
        assertThat(Files.readString(run.resolve("last/tokenizer.json"))).contains("\"\\r\" : ", "\uFEFF");
        good("train", "--resume", "--run", run.toString(), "--steps", "5");
        assertThat(good("eval", "--run", run.toString()).err()).doesNotContain("became");
    }

    /** As the version before keepLineEndings left it. */
    @Test
    void aRunMadeBeforeGoesOnWithItsText() throws IOException {
        train(dos(), run, "--keep-line-endings");
        Path config = run.resolve("config.yaml");
        Files.writeString(
                config,
                Files.readString(config).replaceAll("(?m)^(keepLineEndings|hiddenFiles|max[A-Z]\\w+): .*\n", ""));
        assertThat(Files.readString(config)).doesNotContain("keepLineEndings").contains("dataSha256");
        Tgpt resumed = good("train", "--resume", "--run", run.toString(), "--steps", "5");
        assertThat(resumed.out()).contains("resuming after step 3").doesNotContain("became");
        assertThat(Files.readString(config)).contains("keepLineEndings: true");
        Path again = folder.resolve("again");
        assertThat(good("train", "--config", config.toString(), "--run", again.toString(), "--steps", "1")
                        .out())
                .doesNotContain("became");
    }

    @Test
    void evalCountsWhatTheModelDoesNotKnow() throws IOException {
        train(text, run);
        Path foreign = Files.writeString(folder.resolve("foreign.txt"), "int x1 = 3;é\n".repeat(50));
        Tgpt tgpt = good("eval", "--run", run.toString(), "--data", foreign.toString());
        assertThat(tgpt.out())
                .containsPattern("whole text +\\d\\.\\d{4}")
                .contains("'é' (U+00E9): 50 of 650 characters (7.7 %) replaced by a space")
                .contains("bits per character count each of those as the space that the model saw in its place");
        assertThat(good("eval", "--run", run.toString()).out()).doesNotContain("bits per character count");
        Tgpt checkpoint = good("eval", "--checkpoint", run.resolve("last").toString(), "--data", dos().toString());
        assertThat(checkpoint.err()).contains("400 line ends CR LF became LF");
    }

    @Test
    void evalSaysThatTheTextHasChanged() throws IOException {
        train(text, run);
        Files.writeString(text, Files.readString(text).replace("int", "nit"));
        assertThat(good("eval", "--run", run.toString()).err()).contains("is not the one this run was trained on");
    }

    @Test
    void evalHasTheLimitsOfReading() {
        train(text, run);
        String[] eval = {"eval", "--run", run.toString(), "--data", folder + "/**.txt", "--set", "maxFiles=1"};
        Tgpt tgpt = Tgpt.run(eval);
        assertThat(tgpt.code()).as(tgpt.toString()).isEqualTo(ExitCode.FAILED);
        assertThat(tgpt.err()).contains("more than 1 files").contains("--set maxFiles=N");
        eval[eval.length - 1] = "steps=5";
        Tgpt wrong = Tgpt.run(eval);
        assertThat(wrong.code()).isEqualTo(ExitCode.USAGE);
        assertThat(wrong.err()).contains("steps cannot be set here", "keepLineEndings");
    }

    @Test
    void aGlobInAFolderWhoseNameIsOneCanBeResumedAndEvaluated() throws IOException {
        Path odd = Files.createDirectories(folder.resolve("p[x]{y}"));
        Files.move(text, odd.resolve("text.txt"));
        String glob = folder + "/p\\[x\\]\\{y\\}/*.txt";
        train(glob, run);
        good("train", "--resume", "--run", run.toString(), "--steps", "5");
        good("eval", "--run", run.toString());
    }

    @Test
    void theSecondTrainingDoesNotReadTheFirstOnesFolder() throws IOException {
        Path data = Files.createDirectory(folder.resolve("data"));
        Files.move(text, data.resolve("text.txt"));
        train(data, data.resolve("runs/one"));
        Tgpt second = train(data, data.resolve("runs/two"));
        assertThat(second.out()).contains("1 file, ", "left out: runs/one is the folder of a run or checkpoint");
        assertThat(TinyRun.tensors(data.resolve("runs/two/last")))
                .isEqualTo(TinyRun.tensors(data.resolve("runs/one/last")));
        good("train", "--resume", "--run", data.resolve("runs/one").toString(), "--steps", "5");
    }

    private String generated(String... prompt) {
        String[] args = Stream.concat(
                        Stream.of("generate", "--run", run.toString(), "--tokens", "0"), Stream.of(prompt))
                .toArray(String[]::new);
        return good(args).out().replaceAll("\\R$", "");
    }

    @Test
    void everyPromptCanBeWritten() throws IOException {
        Files.writeString(text, "@Override public \\n \\\\ int -1 % 007\n".repeat(40));
        train(text, run);
        assertThat(generated("--prompt", "a\\ni")).isEqualTo(" \ni");
        assertThat(generated("--prompt", "i\\\\ni")).isEqualTo("i\\ni");
        assertThat(generated("--prompt", "i\\ni", "--raw-prompt")).isEqualTo("i\\ni");
        assertThat(generated("--raw-prompt", "--prompt", "i\\ni")).isEqualTo("i\\ni");
        assertThat(generated("--raw-prompt", "i\\ni")).isEqualTo("i\\ni");
        assertThat(generated("--raw-prompt=-1")).isEqualTo("-1");
        assertThat(generated("--prompt", "@Override")).isEqualTo("@Override");
        Path file = Files.writeString(folder.resolve("prompt"), "\uFEFFi\\n\r\nn\n");
        assertThat(generated("--prompt-file", file.toString())).isEqualTo("i\\n\nn");
        assertThat(generated()).isEmpty();
        for (String[] both : new String[][] {
            {"--prompt", "i", "--prompt-file", file.toString()},
            {"--prompt", "i", "--raw-prompt", "n"},
            {"--raw-prompt"}
        }) {
            Tgpt tgpt = Tgpt.run(Stream.concat(Stream.of("generate", "--run", run.toString()), Stream.of(both))
                    .toArray(String[]::new));
            assertThat(tgpt.code()).as(tgpt.toString()).isEqualTo(ExitCode.USAGE);
        }
        for (String bad : new String[] {"/dev/zero", folder.resolve("none").toString(), folder.toString()}) {
            Tgpt tgpt = Tgpt.run("generate", "--run", run.toString(), "--prompt-file", bad);
            assertThat(tgpt.code()).as(tgpt.toString()).isEqualTo(ExitCode.FAILED);
            assertThat(tgpt.err().lines().filter(l -> l.startsWith("tgpt: "))).hasSize(1);
            assertThat(tgpt.err()).contains(bad);
        }
    }

    @Test
    void aSamplePromptThatLooksLikeANumberIsText() throws IOException {
        Files.writeString(text, "0123456789x_.\n".repeat(60));
        for (String prompt : new String[] {"007", "1.50", "0x41", "1_000"}) {
            Path one = folder.resolve("run " + prompt);
            assertThat(train(text, one, "--set", "samplePrompt=" + prompt).out())
                    .contains("\n" + prompt);
            assertThat(RunFolder.readConfig(one).values().get("samplePrompt")).contains(prompt);
            Path two = folder.resolve("again " + prompt);
            String config = one.resolve("config.yaml").toString();
            assertThat(good("train", "--config", config, "--run", two.toString())
                            .out())
                    .contains("\n" + prompt);
        }
    }

    @Test
    void aDeviceIsNoText() {
        Tgpt tgpt = Tgpt.run(TinyRun.train(Path.of("/dev/zero"), run));
        assertThat(tgpt.code()).isEqualTo(ExitCode.FAILED);
        assertThat(tgpt.err())
                .isEqualToIgnoringNewLines(
                        "tgpt: /dev/zero is a device, whose contents may have no end: give a file or a pipe");
        assertThat(run).doesNotExist();
    }

    @Test
    void ctrlCEndsTheReadingOfATextWithoutEnd() throws IOException, InterruptedException {
        Path pipe = folder.resolve("endless");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        Process writer = new ProcessBuilder("sh", "-c", "yes > \"$0\"", pipe.toString()).start();
        Tgpt tgpt = Tgpt.runUntil(() -> true, TinyRun.train(pipe, run, "--set", "maxTextMegabytes=1000000"));
        assertThat(tgpt.code()).as(tgpt.toString()).isEqualTo(ExitCode.INTERRUPTED);
        assertThat(tgpt.err()).contains("interrupted while the text was read").hasLineCount(1);
        assertThat(run).doesNotExist();
        assertThat(writer.waitFor()).isNotZero();
    }
}
