package org.tornadogpt.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tornadogpt.trainer.train.RunFolder;

/** One line and the right exit code for everything that can be given wrongly. */
class BadInputTest {
    @TempDir
    private Path folder;

    private Path text;
    private Path run;

    @BeforeEach
    void writeText() throws IOException {
        text = TinyRun.text(folder);
        run = folder.resolve("run");
    }

    private static void assertOneLine(Tgpt tgpt, int code, String... parts) {
        assertThat(tgpt.code()).as(tgpt.toString()).isEqualTo(code);
        assertThat(tgpt.err())
                .startsWith("tgpt: ")
                .contains(parts)
                .hasLineCount(1)
                .doesNotContain("\tat ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--preset qoute|did you mean quote?",
                "--device gpu|unknown device 'gpu'",
                "--device tornado|tornado",
                "--kernel matmul=magic|no variant 'magic' of matmul",
                "--kernel matmull=naive|unknown operation 'matmull'",
                "--kernel matmul|operation=variant",
                "--device sequential --kernel matmul=blocked|cannot run matmul=blocked",
                "--set lr=1e-3|did you mean learningRate?",
                "--set dropout|key=value",
                "--steps many|steps must be a whole number",
                "--steps -5|steps must be positive",
                "--threads -1|threads must be zero or more, got -1 ",
                "--set sampleLength=-1|sampleLength must be zero or more, got -1 ",
                "--set weightDecay=-1|weightDecay must be zero or more, got -1 ",
                "--set learningRate=0|learningRate must be positive, got 0 ",
                "--set foo=1|unknown key 'foo'; the nearest are ",
                "--set schedule=linear|schedule must be constant or cosine, got 'linear'",
                "--set norm=batchnorm|norm must be layernorm, got 'batchnorm'",
                "--batch 3|unknown option '--batch'; did you mean --set batch=...?",
                "--lr=3|unknown option '--lr=3'; did you mean --set learningRate=...?",
                "--stepz 3|unknown option '--stepz'; did you mean --steps?",
                "--color blue|unknown value 'blue' of --color; there are never, auto, always",
                "--config none.yaml|no configuration file none.yaml",
                "--frobnicate|--frobnicate",
                "--seed|--seed",
            })
    void usageErrors(String args, String message) {
        Tgpt tgpt = Tgpt.run(TinyRun.train(text, run, args.split(" ")));
        assertOneLine(tgpt, ExitCode.USAGE, "tgpt: ");
        assertThat(tgpt.err().stripTrailing() + " ").contains(message);
        assertThat(run).doesNotExist();
    }

    @Test
    void dataErrors() throws IOException {
        Path binary = Files.write(folder.resolve("binary"), new byte[] {'a', 0, 'b'});
        Path empty = Files.createFile(folder.resolve("empty"));
        Path brief = Files.writeString(folder.resolve("brief"), "abc");
        assertOneLine(Tgpt.run(TinyRun.train(folder.resolve("none"), run)), ExitCode.FAILED, "no data at");
        assertOneLine(Tgpt.run(TinyRun.train(binary, run)), ExitCode.FAILED, "binary", "offset 1");
        assertOneLine(Tgpt.run(TinyRun.train(empty, run)), ExitCode.FAILED, "empty");
        assertOneLine(Tgpt.run(TinyRun.train(brief, run)), ExitCode.FAILED, "training part has 2 tokens", "at least 9");
        assertThat(run).doesNotExist();
    }

    @Test
    void aRunThatTheDeviceRefusesLeavesNoFolder() {
        Tgpt tgpt = Tgpt.run(TinyRun.train(text, run, "--set", "batch=200000000"));
        assertThat(tgpt.code()).isEqualTo(ExitCode.FAILED);
        assertThat(tgpt.out()).as("the folder was made before").contains(run.toString());
        assertThat(run).doesNotExist();
    }

    @Test
    void aRunFolderThatExists() throws IOException {
        Files.createDirectory(run);
        assertOneLine(Tgpt.run(TinyRun.train(text, run)), ExitCode.USAGE, "exists", "--resume");
    }

    @Test
    void aFolderThatCannotBeMade() {
        assertOneLine(Tgpt.run(TinyRun.train(text, text.resolve("run"))), ExitCode.FAILED, "text.txt");
        assertOneLine(Tgpt.run(TinyRun.train(text, Path.of("/proc/run"))), ExitCode.FAILED, "/proc/run");
    }

    @Test
    void aRunThatAnotherProcessHolds() throws IOException {
        assertThat(Tgpt.run(TinyRun.train(text, run, "--steps", "2")).code()).isZero();
        try (RunFolder held = RunFolder.resume(run)) {
            Tgpt tgpt = Tgpt.run("train", "--resume", "--run", held.path().toString(), "--steps", "4");
            assertOneLine(tgpt, ExitCode.FAILED, "in use");
        }
    }

    @Test
    void damagedCheckpoints() throws IOException {
        assertThat(Tgpt.run(TinyRun.train(text, run, "--steps", "2")).code()).isZero();
        Path model = run.resolve("last/model.safetensors");
        byte[] bytes = Files.readAllBytes(model);
        bytes[bytes.length / 2] ^= 1;
        Files.write(model, bytes);
        Tgpt tgpt = Tgpt.run("train", "--resume", "--run", run.toString(), "--steps", "4");
        assertOneLine(tgpt, ExitCode.FAILED, "model.safetensors", "damaged");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "generate|2|either --run DIR or --checkpoint DIR",
                "generate --run a --checkpoint b|2|either",
                "generate --run nowhere|2|no run at nowhere",
                "generate --checkpoint nowhere|1|no checkpoint at nowhere",
                "generate --checkpoint x --temperature -1|2|temperature",
                "generate --checkpoint x --top-p 0|2|top-p",
                "generate --checkpoint x --tokens -1|2|--tokens",
                "generate --checkpoint x --tokens many|2|--tokens",
                "eval --checkpoint nowhere|1|no checkpoint",
                "data fetch nothing|2|unknown corpus",
                "data fetch|2|NAME",
                "presets qoute|2|did you mean quote?",
                "trian|2|unknown command 'trian'; did you mean train? (see 'tgpt --help')",
                "foo|2|unknown command 'foo'; there are train, generate, ",
                "data fatch|2|unknown command 'fatch'; did you mean fetch?",
                "kernels all|2|unexpected argument 'all'",
            })
    void otherCommands(String args, int code, String message) {
        assertOneLine(Tgpt.run(args.split(" ")), code, message);
    }
}
