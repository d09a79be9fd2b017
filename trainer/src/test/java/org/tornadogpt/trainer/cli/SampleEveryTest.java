package org.tornadogpt.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tornadogpt.trainer.metrics.SamplesFile;

/** {@code tgpt train --sample-every}. */
class SampleEveryTest {
    @TempDir
    private Path folder;

    private Path train(String name, String... more) throws IOException {
        Path run = folder.resolve(name);
        Tgpt tgpt = Tgpt.run(TinyRun.train(TinyRun.text(folder), run, more));
        assertThat(tgpt.code()).as(tgpt.toString()).isZero();
        return run;
    }

    @Test
    void samplesAreKeptAndTrainingDoesNotDependOnThem() throws IOException {
        Path run = train("run", "--steps", "25", "--sample-every", "10", "--set", "samplePrompt=int\\n");
        List<SamplesFile.Sample> samples = SamplesFile.read(run.resolve("samples.jsonl"));
        assertThat(samples).extracting(SamplesFile.Sample::step).containsExactly(0L, 10L, 20L);
        assertThat(samples).allSatisfy(s -> {
            assertThat(s.text()).hasSize(20);
            assertThat(s.prompt()).isEqualTo("int\n");
        });
        assertThat(samples.get(0).text()).isNotEqualTo(samples.get(2).text());
        Path without = train("without", "--steps", "25");
        assertThat(without.resolve("samples.jsonl")).doesNotExist();
        assertThat(TinyRun.tensors(run.resolve("last"))).isEqualTo(TinyRun.tensors(without.resolve("last")));
    }

    @Test
    void aResumedRunHasTheSamplesOfOneThatWasNeverStopped() throws IOException {
        Path whole = train("whole", "--steps", "40", "--sample-every", "10");
        Path parts = train("parts", "--steps", "20", "--sample-every", "10", "--set", "decaySteps=200");
        Path file = parts.resolve("samples.jsonl");
        SamplesFile.add(file, new SamplesFile.Sample(30, 1, 1, "a", "lost with the steps after the checkpoint"));
        Tgpt resumed = Tgpt.run("train", "--resume", "--run", parts.toString(), "--steps", "40");
        assertThat(resumed.code()).as(resumed.toString()).isZero();
        assertThat(Files.readString(file)).isEqualTo(Files.readString(whole.resolve("samples.jsonl")));
    }
}
