package org.tornadogpt.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
                "--device tornado|this JVM was started without TornadoVM",
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
                "--set norm=batchnorm|norm must be layernorm or rmsnorm, got 'batchnorm'",
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

    /**
     * What no array can hold is wrong usage, what this machine cannot hold has failed; both say how much it would be.
     */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "channels=27000|2|a model of 8,[0-9,]+ parameters, which training needs 13[0-9] GiB for",
                "layers=999999999|2|a model of 3,[0-9,]+ parameters, which training needs [0-9,]+ GiB",
                "channels=999999998|2|a model of [0-9,]+ parameters, which training needs [0-9,]+ GiB",
                "batch=200000000|2|model's [0-9,]+ parameters take 0.1 MiB with .* one array holds at most",
                "batch=5000000|2|model's [0-9,]+ parameters take 0.1 MiB with .* one array holds at most",
                "batch=999999999|2|batch.block must be below",
                "batch=1000000 layers=100|1|model's [0-9,]+ parameters take .* MiB of memory are needed",
            })
    void aRunThatCannotBeLeavesNoFolder(String pairs, int code, String message) {
        List<String> sets = new ArrayList<>();
        for (String pair : pairs.split(" ", -1)) {
            sets.addAll(List.of("--set", pair));
        }
        Path nested = run.resolve("nested/run");
        Tgpt tgpt = Tgpt.run(TinyRun.train(text, nested, sets.toArray(String[]::new)));
        assertOneLine(tgpt, code, "tgpt: ");
        assertThat(tgpt.err()).containsPattern(message);
        assertThat(run).doesNotExist();
    }

    @Test
    void anEmptyFolderMadeBeforehandIsTakenAndLeftAsItWas() throws IOException {
        Files.createDirectory(run);
        assertOneLine(Tgpt.run(TinyRun.train(text, run, "--set", "batch=5000000")), ExitCode.USAGE, "one array holds");
        assertThat(run).isEmptyDirectory();
        assertThat(Tgpt.run(TinyRun.train(text, run, "--steps", "1")).code()).isZero();
    }

    @Test
    void aRunFolderThatExists() throws IOException {
        Files.writeString(Files.createDirectory(run).resolve("notes.txt"), "mine");
        assertOneLine(Tgpt.run(TinyRun.train(text, run)), ExitCode.USAGE, "exists", "--resume");
        assertThat(run.resolve("notes.txt")).exists();
    }

    @Test
    void aRunThatIsInterruptedBeforeItsFirstStepLeavesNoFolder() {
        Tgpt tgpt = Tgpt.runUntil(() -> true, TinyRun.train(text, run));
        assertThat(tgpt.code()).as(tgpt.toString()).isEqualTo(ExitCode.INTERRUPTED);
        assertThat(tgpt.out()).contains("interrupted before the first step; nothing is left of the run");
        assertThat(run).doesNotExist();
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

    private Tgpt resume(String... more) {
        List<String> args = new ArrayList<>(List.of("train", "--resume", "--run", run.toString()));
        args.addAll(List.of(more));
        return Tgpt.run(args.toArray(String[]::new));
    }

    private static void flipBit(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
    }

    /** The other checkpoint is offered with a command that works; what is damaged is kept aside. */
    @Test
    void aDamagedLastCheckpoint() throws IOException {
        assertThat(Tgpt.run(TinyRun.train(text, run, "--steps", "2")).code()).isZero();
        flipBit(run.resolve("last/model.safetensors"));
        String offer = "best is whole (step 2): go on with tgpt train --resume --run " + run + " --from best";
        assertOneLine(resume("--steps", "4"), ExitCode.FAILED, "last/model.safetensors is damaged", offer);
        Files.delete(run.resolve("last/state.json"));
        assertOneLine(resume("--steps", "4"), ExitCode.FAILED, "last has no state.json", offer);
        Tgpt resumed = resume("--steps", "4", "--from", "best");
        assertThat(resumed.code()).as(resumed.toString()).isZero();
        assertThat(resumed.out()).contains("resuming after step 2, from the best checkpoint");
        assertThat(resumed.err()).contains("last has no state.json", "moved to " + run.resolve("last.damaged"));
        assertThat(run.resolve("last.damaged")).isDirectory();

        FileTree.delete(run.resolve("last"));
        assertOneLine(
                resume("--steps", "6"), ExitCode.FAILED, "no checkpoint at " + run.resolve("last"), "--from best");
        assertThat(resume("--steps", "6", "--from", "best").code()).isZero();
        FileTree.delete(run.resolve("last"));
        flipBit(run.resolve("best/optimizer.safetensors"));
        assertOneLine(resume("--steps", "8"), ExitCode.FAILED, "no checkpoint of the run is whole");
    }

    @Test
    void aDamagedBestCheckpoint() throws IOException {
        assertThat(Tgpt.run(TinyRun.train(text, run, "--steps", "2")).code()).isZero();
        Path best = run.resolve("best");
        flipBit(best.resolve("model.safetensors"));
        String offer = "last is whole (step 2): tgpt generate --checkpoint " + run.resolve("last");
        assertOneLine(
                Tgpt.run("generate", "--run", run.toString()), ExitCode.FAILED, "model.safetensors is damaged", offer);
        assertOneLine(Tgpt.run("generate", "--checkpoint", best.toString()), ExitCode.FAILED, "damaged", offer);
        assertOneLine(Tgpt.run("eval", "--run", run.toString()), ExitCode.FAILED, "damaged", "tgpt eval --checkpoint");
        assertOneLine(
                resume("--from", "best"), ExitCode.FAILED, "damaged", "last is whole (step 2): go on with tgpt train");
        Files.delete(best.resolve("state.json"));
        Tgpt resumed = resume("--steps", "40");
        assertThat(resumed.code()).as(resumed.toString()).isZero();
        assertThat(resumed.err()).contains("best has no state.json", "moved to " + run.resolve("best.damaged"));
        assertThat(best.resolve("state.json")).exists();
    }

    @Test
    void metricsThatCannotBeReadAreNoReasonNotToGoOn() throws IOException {
        assertThat(Tgpt.run(TinyRun.train(text, run, "--steps", "2")).code()).isZero();
        Path metrics = run.resolve("metrics.jsonl");
        Files.writeString(metrics, "nonsense\n" + Files.readString(metrics));
        Tgpt resumed = resume("--steps", "4");
        assertThat(resumed.code()).as(resumed.toString()).isZero();
        assertThat(resumed.err()).contains("line 1 is not a metric", "moved to " + metrics + ".damaged");
    }

    @Test
    void aRefusedResumeChangesNothing() throws IOException {
        assertThat(Tgpt.run(TinyRun.train(text, run, "--steps", "2")).code()).isZero();
        String before = Files.readString(run.resolve("config.yaml"));
        flipBit(run.resolve("last/model.safetensors"));
        assertThat(resume("--steps", "4").code()).isEqualTo(ExitCode.FAILED);
        assertThat(run.resolve("config.yaml")).hasContent(before);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "generate|2|either --run DIR or --checkpoint DIR",
                "generate --run a --checkpoint b|2|either",
                "generate --run nowhere|1|no run at nowhere",
                "generate --checkpoint nowhere|1|no checkpoint at nowhere",
                "generate --checkpoint x --temperature -1|2|temperature",
                "generate --checkpoint x --top-p 0|2|top-p",
                "generate --checkpoint x --tokens -1|2|--tokens",
                "generate --checkpoint x --tokens many|2|--tokens",
                "eval --checkpoint nowhere|1|no checkpoint",
                "eval --run nowhere|1|no run at nowhere",
                "train --resume --run nowhere|1|no run at nowhere",
                "train --from best|2|no model at 'best': --from takes a run's folder",
                "train --resume --run nowhere --from first|2|last or best",
                "data fetch nothing|2|unknown corpus",
                "data fetch|2|NAME",
                "presets qoute|2|did you mean quote?",
                "trian|2|unknown command 'trian'; did you mean train? (see 'tgpt --help')",
                "foo|2|unknown command 'foo'; the nearest are ",
                "data fatch|2|unknown command 'fatch'; did you mean fetch?",
                "kernels all|2|unknown command 'all'; there are ",
            })
    void otherCommands(String args, int code, String message) {
        assertOneLine(Tgpt.run(args.split(" ")), code, message);
    }
}
