package org.tornadogpt.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tornadogpt.trainer.metrics.Metric;
import org.tornadogpt.trainer.metrics.MetricsFile;

/** {@code --set optimizer=muon} and {@code --set emaDecay=...}. */
class OptimizerSettingsTest {
    private static final String[] MUON_AND_AVERAGE = {"--set", "optimizer=muon", "--set", "emaDecay=0.9"};

    @TempDir
    private Path folder;

    private Tgpt train(Path run, String[] settings, String... more) throws IOException {
        String[] all = new String[settings.length + more.length];
        System.arraycopy(settings, 0, all, 0, settings.length);
        System.arraycopy(more, 0, all, settings.length, more.length);
        return Tgpt.run(TinyRun.train(TinyRun.text(folder), run, all));
    }

    @Test
    void aRunWithMuonAndAnAverageGoesOnBitForBit() throws IOException {
        Path whole = folder.resolve("whole");
        Tgpt tgpt = train(whole, MUON_AND_AVERAGE, "--steps", "40");
        assertThat(tgpt.code()).as(tgpt.toString()).isZero();
        assertThat(tgpt.out())
                .contains(
                        "Muon for the blocks' matrices, rate 0.02, momentum 0.95; AdamW",
                        "weights averaged with decay 0.9",
                        "gradients, moments and averages");
        Path parts = folder.resolve("parts");
        assertThat(train(parts, MUON_AND_AVERAGE, "--steps", "23").code()).isZero();
        Tgpt resumed = Tgpt.run("train", "--resume", "--run", parts.toString(), "--steps", "40");
        assertThat(resumed.code()).as(resumed.toString()).isZero();
        assertThat(TinyRun.tensors(parts.resolve("last"))).isEqualTo(TinyRun.tensors(whole.resolve("last")));
        Path plain = folder.resolve("plain");
        assertThat(train(plain, new String[0], "--steps", "40").code()).isZero();
        assertThat(TinyRun.tensors(plain.resolve("last"))).isNotEqualTo(TinyRun.tensors(whole.resolve("last")));
    }

    @Test
    void evalMeasuresTheAverageThatTrainingMeasured() throws IOException {
        Path run = folder.resolve("run");
        assertThat(train(run, MUON_AND_AVERAGE, "--steps", "40").code()).isZero();
        Metric best = MetricsFile.read(run.resolve("metrics.jsonl")).stream()
                .filter(Metric::isEvaluation)
                .reduce((one, other) -> other.valLoss() < one.valLoss() ? other : one)
                .orElseThrow();
        Tgpt eval = Tgpt.run("eval", "--device", "cpu", "--run", run.toString(), "--batches", "2");
        assertThat(eval.code()).as(eval.toString()).isZero();
        assertThat(eval.out()).contains(String.format(Locale.ROOT, "%.4f", best.valLoss()));
    }

    @Test
    void whatAnOptimizerCannotDoIsRefusedByName() throws IOException {
        Path run = folder.resolve("run");
        String[] muon = {"--set", "optimizer=muon"};
        refused(train(run, new String[] {"--set", "optimizer=sgd"}), "optimizer must be adamw or muon, got 'sgd'");
        refused(train(run, new String[] {"--set", "emaDecay=1"}), "emaDecay must be in [0, 1), got 1");
        refused(train(run, muon, "--set", "muonRate=0"), "muonRate must be positive");
        refused(
                Tgpt.run(
                        "train", "--preset", "bigram", "--device", "cpu", "--data", "quote", "--set", "optimizer=muon"),
                "optimizer=muon is for the matrices of blocks, which a model of kind bigram lacks");
        Path base = folder.resolve("base");
        assertThat(train(base, muon, "--steps", "1").code()).isZero();
        refused(
                Tgpt.run("train", "--resume", "--run", base.toString(), "--set", "optimizer=adamw"),
                "the run has optimizer=muon, which --resume cannot change to adamw");
        Tgpt adapters = Tgpt.run(
                "train",
                "--from",
                base.toString(),
                "--data",
                TinyRun.text(folder).toString(),
                "--device",
                "cpu",
                "--run",
                run.toString(),
                "--lora",
                "rank=2,alpha=4,targets=qkv",
                "--set",
                "emaDecay=0.9");
        refused(adapters, "adapters (lora) are trained by adamw alone");
        assertThat(run).doesNotExist();
    }

    private static void refused(Tgpt tgpt, String because) {
        assertThat(tgpt.code()).as(tgpt.toString()).isEqualTo(2);
        assertThat(tgpt.err()).contains(because);
    }
}
