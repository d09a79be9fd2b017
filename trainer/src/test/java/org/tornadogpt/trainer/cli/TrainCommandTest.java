package org.tornadogpt.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tornadogpt.model.Checkpoint;
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

    private double rateOfStep(long step) throws IOException {
        return MetricsFile.read(run.resolve("metrics.jsonl")).stream()
                .filter(m -> !m.isEvaluation() && m.step() == step)
                .findFirst()
                .orElseThrow()
                .learningRate();
    }

    @Test
    void aDecayThatHasEndedIsAnnouncedAndCanBeExtended() throws IOException {
        assertThat(train(run, "--steps", "5", "--set", "warmupSteps=1", "--set", "decaySteps=0")
                        .out())
                .contains("cosine to 0 at step 5");
        Tgpt ended = resume(run, "--steps", "8");
        assertThat(ended.code()).as(ended.toString()).isZero();
        String notice =
                "the decay of the learning rate ended at step 5: steps 6 to 8 run at its minimum 0.0 and change";
        assertThat(ended.out()).contains(notice);
        assertThat(ended.out().indexOf(notice)).isLessThan(ended.out().indexOf("[8/8]"));
        assertThat(rateOfStep(8)).isZero();
        Tgpt extended = resume(run, "--steps", "12", "--set", "decaySteps=12");
        assertThat(extended.code()).as(extended.toString()).isZero();
        assertThat(extended.out()).doesNotContain("the decay of the learning rate");
        assertThat(rateOfStep(9)).isPositive();
        assertThat(rateOfStep(12)).isPositive();
    }

    @Test
    void aCutWarmUpIsSaid() throws IOException {
        Tgpt tgpt = Tgpt.run(
                "train",
                "--data",
                text.toString(),
                "--device",
                "cpu",
                "--run",
                run.toString(),
                "--steps",
                "20",
                "--set",
                "layers=1",
                "--set",
                "channels=16",
                "--set",
                "block=8",
                "--set",
                "batch=2",
                "--set",
                "sampleLength=0");
        assertThat(tgpt.code()).as(tgpt.toString()).isZero();
        assertThat(tgpt.out())
                .contains(
                        "the preset's warm-up of 50 steps is cut to 2, a tenth of this short run (warmupSteps sets it)")
                .contains("warm-up 2 steps, cosine to 1e-4 at step 20\n".replace("\n", System.lineSeparator()));
    }

    /** As a run that was made before those keys were. */
    @Test
    void aRunWhoseConfigurationLacksAKeyIsResumedWithItsUsualValue() throws IOException {
        train(run, "--steps", "5");
        Path config = run.resolve("config.yaml");
        String older = Files.readString(config).replaceAll("(?m)^(checkpointMinutes|checkpointInterval):.*\\R", "");
        assertThat(older).doesNotContain("checkpointMinutes");
        Files.writeString(config, older);
        Tgpt tgpt = resume(run, "--steps", "6");
        assertThat(tgpt.code()).as(tgpt.toString()).isZero();
        assertThat(config).content().contains("checkpointMinutes: 5");
    }

    @Test
    void aResumedDeviceIsNotAskedFor() {
        assertThat(train(run, "--steps", "2", "--device", "auto").out()).contains("(auto: ");
        assertThat(resume(run, "--steps", "3").out())
                .contains("(as the run had it)")
                .doesNotContain("asked for");
        assertThat(resume(run, "--steps", "4", "--device", "cpu").out()).contains("(asked for)");
    }

    @Test
    void interruptedWithParametersThatAreNotFiniteItSavesNothingAndSaysSo() throws IOException {
        String[] args = TinyRun.train(
                text,
                run,
                "--set",
                "learningRate=3e38",
                "--set",
                "warmupSteps=0",
                "--set",
                "clip=0",
                "--set",
                "weightDecay=3e38");
        Tgpt tgpt = Tgpt.runUntil(() -> Files.exists(run.resolve("last")), args);
        assertThat(tgpt.code()).as(tgpt.toString()).isEqualTo(ExitCode.FAILED);
        assertThat(tgpt.out()).doesNotContain("saved");
        assertThat(tgpt.err())
                .contains("is not saved: tensor", "last is whole (step 0)")
                .hasLineCount(1);
        assertThat(Tgpt.run("generate", "--checkpoint", run.resolve("last").toString(), "--tokens", "5")
                        .code())
                .isZero();
    }

    /** A crash after best was saved and before last was: a worse evaluation must not take its place. */
    @Test
    void aBetterBestIsNotReplacedByAWorseOne() throws IOException {
        train(run, "--steps", "60");
        Path kept = folder.resolve("kept");
        Files.move(run.resolve("best"), kept);
        FileTree.delete(run);
        train(run, "--steps", "20");
        FileTree.delete(run.resolve("best"));
        Files.move(kept, run.resolve("best"));
        assertThat(resume(run, "--steps", "40", "--set", "evalInterval=5").code())
                .isZero();
        assertThat(Checkpoint.open(run.resolve("best")).state().step()).isEqualTo(60);
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
