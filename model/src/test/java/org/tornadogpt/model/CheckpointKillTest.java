package org.tornadogpt.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tornadogpt.kernels.device.jvm.SequentialDevice;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.kernels.kernel.random.PhiloxStream;

/** Real processes, killed with SIGKILL while they save one checkpoint after another. */
class CheckpointKillTest {
    private static final int ROUNDS = 6;
    private static final GptConfig CONFIG = GptConfig.builder(3, 4, 64, 1, 1).build();

    @TempDir
    Path runs;

    /** Saves until it is killed; every parameter and moment of a checkpoint is the number of its step. */
    static final class SaveForever {
        private SaveForever() {}

        public static void main(String[] args) throws IOException {
            Path folder = Path.of(args[0]);
            try (Device device = new SequentialDevice();
                    TrainingSession session =
                            new TrainingSession(CONFIG.model(), KernelChoices.defaults(device), 1, 1)) {
                long first = Checkpoint.exists(folder)
                        ? Checkpoint.open(folder).state().step() + 1
                        : 1;
                for (long step = first; ; step++) {
                    float[] values = new float[session.weights().flat().size()];
                    Arrays.fill(values, (float) step);
                    session.weights().flat().slice().copyFrom(values);
                    session.firstMoment().slice().copyFrom(values);
                    session.secondMoment().slice().copyFrom(values);
                    Checkpoint.save(folder, CharTokenizer.of("abc"), session, new TrainingState(step, 0, 0, 0, null));
                    System.out.println(step);
                }
            }
        }
    }

    @Test
    void theLastSavedStepIsNeverLost() throws Exception {
        Path folder = runs.resolve("last");
        PhiloxStream random = new PhiloxStream(3, 5);
        long step = 0;
        for (int round = 0; round < ROUNDS; round++) {
            long told = saveAndKill(folder, random.nextInt(60));
            Checkpoint checkpoint = Checkpoint.open(folder);
            assertThat(checkpoint.state().step()).isBetween(told, told + 1).isGreaterThan(step);
            step = checkpoint.state().step();
            assertWhole(checkpoint, step);
        }
    }

    private static long saveAndKill(Path folder, int millis) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "--add-modules",
                        "jdk.incubator.vector",
                        "-Xmx128m",
                        SaveForever.class.getName(),
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            assertThat(output.readLine()).as("the first save").isNotNull();
            long told = Long.parseLong(output.readLine());
            Thread.sleep(millis);
            process.toHandle().destroyForcibly(); // unlike the process, this leaves its output readable
            process.waitFor();
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                told = Long.parseLong(line);
            }
            return told;
        } finally {
            process.destroyForcibly();
        }
    }

    private static void assertWhole(Checkpoint checkpoint, long step) throws IOException {
        try (Device device = new SequentialDevice();
                TrainingSession session = new TrainingSession(CONFIG.model(), KernelChoices.defaults(device), 1, 1)) {
            checkpoint.restore(session);
            assertThat(Numbers.values(session.weights().flat())).containsOnly((float) step);
            assertThat(Numbers.values(session.firstMoment())).containsOnly((float) step);
            assertThat(Numbers.values(session.secondMoment())).containsOnly((float) step);
        }
    }
}
