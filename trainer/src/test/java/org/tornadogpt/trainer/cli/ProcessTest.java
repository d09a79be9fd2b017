package org.tornadogpt.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tornadogpt.model.Checkpoint;

/** What only a process of its own can show: signals, and being killed. */
class ProcessTest {
    private static final int KILLS = 3;

    /** Only against hanging for ever: a busy machine may take its time. */
    private static final int SECONDS = 240;

    private static final long SEED = 20250;

    private final List<Process> started = new ArrayList<>();

    @TempDir
    private Path folder;

    private Path text;
    private Path run;

    @BeforeEach
    void writeText() throws IOException {
        text = TinyRun.text(folder);
        run = folder.resolve("run");
    }

    /** A build in the background has Ctrl+C's signal ignored, and what it starts would inherit that. */
    private static List<String> withSignals() throws IOException, InterruptedException {
        List<String> env = List.of("env", "--default-signal=INT");
        Process trial = new ProcessBuilder(
                        Stream.concat(env.stream(), Stream.of("true")).toList())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        return trial.waitFor() == 0 ? env : List.of();
    }

    private Process start(String... args) throws IOException, InterruptedException {
        return start(List.of(), args);
    }

    private Process start(List<String> options, String... args) throws IOException, InterruptedException {
        return start(withSignals(), options, args);
    }

    private Process start(List<String> before, List<String> options, String... args) throws IOException {
        List<String> command = new ArrayList<>(before);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1", // starts faster; without C2 the Vector API crawls, so use the sequential
                // device
                "--add-modules",
                "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path")));
        command.addAll(options);
        command.add(Main.class.getName());
        command.addAll(List.of(args));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()))
                .start();
        started.add(process);
        return process;
    }

    @AfterEach
    void leaveNoneBehind() throws InterruptedException {
        for (Process process : started) {
            process.destroyForcibly().waitFor();
        }
    }

    private String log() throws IOException {
        return Files.readString(folder.resolve("log"));
    }

    private void waitForLog(String part) throws IOException, InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
        while (!Files.exists(folder.resolve("log")) || !log().contains(part)) {
            assertThat(System.nanoTime())
                    .as("waiting for '" + part + "' in: " + log())
                    .isLessThan(end);
            Thread.sleep(20);
        }
    }

    private static void signal(Process process, String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
                .start()
                .waitFor();
    }

    /** A process that was started so cannot take it, and its children neither: that is what nohup is for. */
    private static boolean hangUpIsIgnored() throws IOException {
        Path status = Path.of("/proc/self/status");
        return Files.exists(status)
                && Files.readAllLines(status).stream()
                        .filter(line -> line.startsWith("SigIgn:"))
                        .anyMatch(line -> (Long.parseUnsignedLong(
                                                line.substring("SigIgn:".length())
                                                        .strip(),
                                                16)
                                        & 1)
                                != 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"INT", "HUP"})
    void aSignalSavesAndTheRunGoesOnFromThere(String signal) throws IOException, InterruptedException {
        assumeFalse(signal.equals("HUP") && hangUpIsIgnored(), "this test was started with HUP ignored, as nohup does");
        Process process = start(
                TinyRun.train(text, run, "--steps", "1000000", "--set", "evalInterval=20", "--device", "sequential"));
        waitForLog("[     20/1000000]");
        signal(process, signal);
        assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(ExitCode.INTERRUPTED);
        assertThat(log()).containsPattern("tgpt: saving after this step; once more abandons what came after step \\d+");
        String line = log().lines()
                .filter(l -> l.contains("saved after step"))
                .findFirst()
                .orElseThrow();
        String step = line.replaceAll(".*after step (\\d+);.*", "$1");

        Tgpt resumed = Tgpt.run("train", "--resume", "--run", run.toString(), "--steps", step);
        assertThat(resumed.code()).as(resumed.toString()).isZero();
        assertThat(resumed.out()).contains("resuming after step " + step);
    }

    /** A step of seconds, so that there is time to press it again. */
    @Test
    void ctrlCTwiceLosesWhatWasSaidAndNoMore() throws IOException, InterruptedException {
        Process process = start(TinyRun.train(
                text,
                run,
                "--set",
                "evalInterval=1000000",
                "--set",
                "evalBatches=1",
                "--set",
                "channels=256",
                "--set",
                "batch=100",
                "--set",
                "microSteps=100",
                "--device",
                "sequential"));
        waitForLog("[   0/3000]");
        signal(process, "INT");
        waitForLog("tgpt: saving after this step; once more abandons what came after step 0");
        signal(process, "TERM");
        assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(ExitCode.INTERRUPTED);
        assertThat(log())
                .contains("tgpt: abandoned what came after step 0; go on with: tgpt train --resume --run " + run)
                .doesNotContain("saved after");
        assertThat(Checkpoint.open(run.resolve("last")).state().step()).isZero();
        assertThat(Checkpoint.open(run.resolve("best")).state().step()).isZero();
    }

    /** The second may come before, while or after the checkpoint that the first asks for is written. */
    @RepeatedTest(4)
    void twoSignalsInQuickSuccessionSayWhatIsOnTheDisk(RepetitionInfo repetition)
            throws IOException, InterruptedException {
        Process process = start(
                TinyRun.train(text, run, "--steps", "1000000", "--set", "evalInterval=20", "--device", "sequential"));
        waitForLog("[     20/1000000]");
        signal(process, "INT");
        Thread.sleep(8L * (repetition.getCurrentRepetition() - 1));
        signal(process, "TERM");
        assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(ExitCode.INTERRUPTED);
        long step = Checkpoint.open(run.resolve("last")).state().step();
        assertThat(log().lines().filter(line -> line.contains("go on with: tgpt train --resume --run")))
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line).containsPattern("(what came|saved) after step " + step + ";"));
    }

    @Test
    void withoutFontsItTrainsAndDrawsCurvesWithoutLetters() throws IOException, InterruptedException {
        Process process = start(
                List.of("-Dsun.awt.fontconfig=" + folder.resolve("none"), "-Djava.io.tmpdir=" + folder.resolve("none")),
                TinyRun.train(text, run, "--steps", "40", "--device", "sequential"));
        assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(log()).isZero();
        assertThat(run.resolve("loss.png")).isNotEmptyFile();
        assertThat(log().lines().filter(line -> line.contains("loss.png: it has curves without letters")))
                .hasSize(1);
    }

    /** A file that may not grow is what a full disk is to the process. */
    @Test
    void aFullDiskEndsTheRunAndTheMessageSaysWhatIsLeft() throws IOException, InterruptedException {
        List<String> command = List.of("bash", "-c", "ulimit -f 40 && exec \"$@\"", "limited");
        Process process = start(
                command,
                List.of(),
                TinyRun.train(text, run, "--steps", "100", "--set", "channels=64", "--device", "sequential"));
        assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(log()).isEqualTo(ExitCode.FAILED);
        assertThat(log())
                .containsPattern("tgpt: step 0 cannot be saved in .*run: .*; no checkpoint of the run is whole");
        assertThat(run).as("it had not begun").doesNotExist();
    }

    @Test
    void aFullDeviceAsOutputIsAFailure() throws IOException, InterruptedException {
        assumeTrue(Files.exists(Path.of("/dev/full")), "this system has no /dev/full");
        Process process = new ProcessBuilder(List.of(
                        "bash",
                        "-c",
                        "exec \"$@\" > /dev/full 2> " + folder.resolve("log"),
                        "full",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "presets"))
                .start();
        started.add(process);
        assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(ExitCode.FAILED);
        assertThat(log()).contains("tgpt: standard output could not be written: No space left on device");
    }

    @Test
    @Timeout(SECONDS)
    void killedAtAnyMomentItGoesOnFromAWholeCheckpoint() throws IOException, InterruptedException {
        String[] args = TinyRun.train(
                text,
                run,
                "--steps",
                "1000000",
                "--set",
                "checkpointInterval=1",
                "--set",
                "evalInterval=100000",
                "--device",
                "sequential");
        Random random = new Random(SEED);
        for (int i = 0; i < KILLS; i++) {
            Files.deleteIfExists(folder.resolve("log"));
            Process process = start(i == 0 ? args : new String[] {"train", "--resume", "--run", run.toString()});
            waitForLog(i == 0 ? "[      0/1000000]" : "resuming after step");
            long size = Files.size(run.resolve("metrics.jsonl"));
            while (Files.size(run.resolve("metrics.jsonl")) < size + 200) {
                Thread.sleep(1);
            }
            Thread.sleep(
                    random.nextInt(40)); // a step and its checkpoint take a few milliseconds, most of them for the disk
            process.destroyForcibly().waitFor();
        }
        Path whole = folder.resolve("whole");
        Tgpt probe = Tgpt.runUntil(() -> true, "train", "--resume", "--run", run.toString());
        assertThat(probe.code()).as(probe.toString()).isEqualTo(ExitCode.INTERRUPTED);
        String step = probe.out().replaceAll("(?s).*resuming after step (\\d+).*", "$1");
        assertThat(Integer.parseInt(step)).isPositive();

        Tgpt straight = Tgpt.run(
                TinyRun.train(text, whole, "--steps", step, "--set", "evalInterval=100000", "--device", "sequential"));
        assertThat(straight.code()).as(straight.toString()).isZero();
        assertThat(TinyRun.tensors(run.resolve("last"))).isEqualTo(TinyRun.tensors(whole.resolve("last")));
    }
}
