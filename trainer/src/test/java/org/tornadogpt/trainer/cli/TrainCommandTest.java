package org.tornadogpt.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tornadogpt.trainer.metrics.Metric;
import org.tornadogpt.trainer.metrics.MetricsFile;

class TrainCommandTest {
    @TempDir
    private Path folder;

    private Path text;
    private Path run;

    @BeforeEach
    void writeText() throws IOException {
        text = TinyRun.text(folder);
        run = folder.resolve("run");
    }

    private Tgpt train(Path where, String... more) {
        return Tgpt.run(TinyRun.train(text, where, more));
    }

    private Tgpt resume(Path where, String... more) {
        String[] args = new String[more.length + 4];
        args[0] = "train";
        args[1] = "--resume";
        args[2] = "--run";
        args[3] = where.toString();
        System.arraycopy(more, 0, args, 4, more.length);
        return Tgpt.run(args);
    }

    private static void assertSameTensors(Path one, Path other) throws IOException {
        assertThat(TinyRun.tensors(one.resolve("last"))).isEqualTo(TinyRun.tensors(other.resolve("last")));
    }

    @Test
    void showsWhatItDoesAndLeavesEverythingInTheRunFolder() throws IOException {
        Tgpt tgpt = train(run, "--steps", "50");
        assertThat(tgpt.code()).as(tgpt.toString()).isZero();
        assertThat(tgpt.out())
                .contains("cpu: ", "(asked for)", "parameters", "distinct", "to train, last", run.toString())
                .containsPattern(
                        "\\[ 0/50\\]  0\\.0% train=\\d\\.\\d{4} val=\\d\\.\\d{4} elapsed=\\d+s ETA=\\? << best!")
                .containsPattern("\\[20/50\\] 40\\.0% train=\\d\\.\\d{4} val=\\d\\.\\d{4} elapsed=\\d+s ETA=\\d+s")
                .contains("[50/50] 100.0%", "best validation loss", "Chinchilla", "sample of");
        for (String name :
                new String[] {"config.yaml", "metrics.jsonl", "loss.png", "best/model.safetensors", "last/state.json"
                }) {
            assertThat(run.resolve(name)).isNotEmptyFile();
        }
        assertThat(MetricsFile.read(run.resolve("metrics.jsonl")))
                .filteredOn(Metric::isEvaluation)
                .extracting(Metric::step)
                .containsExactly(0L, 20L, 40L, 50L);
    }

    @Test
    void learns() throws IOException {
        assertThat(train(run, "--steps", "150", "--set", "dropout=0").code()).isZero();
        double[] losses = MetricsFile.read(run.resolve("metrics.jsonl")).stream()
                .filter(Metric::isEvaluation)
                .mapToDouble(Metric::valLoss)
                .toArray();
        assertThat(losses[losses.length - 1]).isLessThan(0.6 * losses[0]);
    }

    @Test
    void stoppedAndResumedIsTheSameRunBitForBit() throws IOException {
        Path whole = folder.resolve("whole");
        assertThat(train(whole, "--steps", "100").code()).isZero();
        assertThat(train(run, "--steps", "50").code()).isZero();
        Tgpt resumed = resume(run, "--steps", "100");
        assertThat(resumed.code()).as(resumed.toString()).isZero();
        assertThat(resumed.out()).contains("resuming after step 50").doesNotContain("[ 40/100]");
        assertSameTensors(run, whole);
        assertThat(MetricsFile.read(run.resolve("metrics.jsonl")))
                .filteredOn(m -> !m.isEvaluation())
                .extracting(Metric::step)
                .doesNotHaveDuplicates()
                .hasSize(100);
    }

    @Test
    void interruptedAnywhereAndResumedIsTheSameRunBitForBit() throws IOException {
        Path whole = folder.resolve("whole");
        assertThat(train(whole, "--steps", "60").code()).isZero();
        AtomicInteger asked = new AtomicInteger();
        Tgpt first = Tgpt.runUntil(() -> asked.incrementAndGet() > 40, TinyRun.train(text, run, "--steps", "60"));
        assertThat(first.code()).isEqualTo(ExitCode.INTERRUPTED);
        assertThat(first.out()).contains("interrupted, saved after step", "tgpt train --resume --run " + run);
        asked.set(0);
        Tgpt second = Tgpt.runUntil(() -> asked.incrementAndGet() > 6, "train", "--resume", "--run", run.toString());
        assertThat(second.code()).isEqualTo(ExitCode.INTERRUPTED);
        assertThat(resume(run).code()).isZero();
        assertSameTensors(run, whole);
        assertThat(MetricsFile.read(run.resolve("metrics.jsonl")))
                .extracting(m -> m.event() + m.step())
                .doesNotHaveDuplicates()
                .hasSize(60 + 4);
    }

    @Test
    void threadsDoNotMatterAndTheSeedDoes() throws IOException {
        Path other = folder.resolve("other");
        Path again = folder.resolve("again");
        Path seeded = folder.resolve("seeded");
        train(run, "--steps", "25", "--threads", "1");
        train(other, "--steps", "25", "--threads", "2");
        train(again, "--steps", "25", "--threads", "3");
        train(seeded, "--steps", "25", "--seed", "2");
        assertSameTensors(run, other);
        assertSameTensors(run, again);
        assertThat(TinyRun.tensors(run.resolve("last"))).isNotEqualTo(TinyRun.tensors(seeded.resolve("last")));
    }

    @Test
    void aConfigFileRepeatsTheRun() throws IOException {
        train(run, "--steps", "25", "--seed", "5");
        Path again = folder.resolve("again");
        Tgpt tgpt = Tgpt.run("train", "--config", run.resolve("config.yaml").toString(), "--run", again.toString());
        assertThat(tgpt.code()).as(tgpt.toString()).isZero();
        assertSameTensors(run, again);
    }

    @Test
    void stopsBeforeNotANumberReachesTheParameters() throws IOException {
        Tgpt tgpt = train(
                run,
                "--steps",
                "200",
                "--set",
                "learningRate=1e30",
                "--set",
                "warmupSteps=0",
                "--set",
                "clip=0",
                "--set",
                "checkpointInterval=1");
        assertThat(tgpt.code()).as(tgpt.toString()).isEqualTo(ExitCode.FAILED);
        assertThat(tgpt.err()).containsPattern("step \\d+ is not finite \\(loss .*, gradient norm .*\\), first in ");
        assertThat(tgpt.err().lines()).hasSize(1);
        Tgpt generated =
                Tgpt.run("generate", "--checkpoint", run.resolve("best").toString(), "--tokens", "5");
        assertThat(generated.code()).as(generated.toString()).isZero();
    }

    @Test
    void patienceStopsARunThatGetsNoBetter() {
        Tgpt tgpt = train(
                run, "--steps", "1000", "--set", "learningRate=3", "--set", "evalInterval=2", "--set", "patience=2");
        assertThat(tgpt.code()).as(tgpt.toString()).isZero();
        assertThat(tgpt.out()).contains("stopped early");
    }

    @Test
    void resumingCannotMakeItAnotherRun() throws IOException {
        train(run, "--steps", "5");
        assertUsage(resume(run, "--seed", "2"), "seed=1337", "cannot change to 2");
        assertUsage(resume(run, "--set", "channels=32"), "channels");
        assertUsage(resume(run, "--kernel", "matmul=naive"), "kernels");
        assertUsage(resume(folder.resolve("nowhere")), "no run at");
        assertUsage(resume(folder), "not a run");
        assertUsage(Tgpt.run("train", "--resume"), "--run");
        assertUsage(Tgpt.run("train", "--resume", "--run", run.toString(), "--config", "x"), "--config");
        assertThat(resume(run, "--preset", "kernel-cpu", "--steps", "6").code()).isZero();

        Files.writeString(text, "another text than before, long enough for a block or two ".repeat(20));
        Tgpt tgpt = resume(run, "--steps", "10");
        assertThat(tgpt.code()).isEqualTo(ExitCode.FAILED);
        assertThat(tgpt.err()).contains("is not the one this run began with");
    }

    @Test
    void aCheckpointOfAnotherShapeIsRefused() throws IOException {
        train(run, "--steps", "5");
        Path config = run.resolve("config.yaml");
        Files.writeString(config, Files.readString(config).replace("channels: 16", "channels: 32"));
        Tgpt tgpt = resume(run, "--steps", "10");
        assertThat(tgpt.code()).isEqualTo(ExitCode.FAILED);
        assertThat(tgpt.err()).contains("another shape").hasLineCount(1);
    }

    private static void assertUsage(Tgpt tgpt, String... parts) {
        assertThat(tgpt.code()).as(tgpt.toString()).isEqualTo(ExitCode.USAGE);
        assertThat(tgpt.err()).contains(parts).hasLineCount(1);
    }
}
