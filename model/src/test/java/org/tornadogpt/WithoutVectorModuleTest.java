package org.tornadogpt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.tornadogpt.model.training.TrainingPlan;

/** A JVM that was started without {@code --add-modules jdk.incubator.vector}. */
class WithoutVectorModuleTest {
    private static final String TEXT = "To be, or not to be. ".repeat(4);
    private static final int SECONDS = 120;

    /** Runs there. */
    static final class Program {
        private Program() {}

        public static void main(String[] args) {
            for (String device : List.of("auto", "cpu")) {
                try (TornadoGpt gpt = TornadoGpt.on(device).create("quote", TEXT)) {
                    System.out.println("opened " + gpt);
                } catch (IllegalArgumentException e) {
                    System.out.println(e.getMessage());
                }
            }
            try (TornadoGpt gpt =
                    TornadoGpt.on("sequential").kernel("matmul", "blocked").create("quote", TEXT)) {
                System.out.println("opened " + gpt);
            } catch (IllegalArgumentException e) {
                System.out.println(e.getMessage());
            }
            try (TornadoGpt gpt = TornadoGpt.on("sequential").create("quote", TEXT)) {
                gpt.train(TEXT, TrainingPlan.ofSteps(1).withBatch(1));
                System.out.println("wrote " + gpt.generate("To", 5).length());
            }
        }
    }

    @Test
    void theVectorDevicesSaySoAndTheSequentialOneTrains() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Program.class.getName())
                .redirectErrorStream(true)
                .start();
        try {
            List<String> said = process.inputReader().lines().toList();
            assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(said).as(said.toString()).hasSize(4);
            String advice =
                    "the cpu device needs Java's Vector API: start java with --add-modules jdk.incubator.vector,"
                            + " or name the device sequential, which is slow";
            assertThat(said.get(0)).isEqualTo(advice);
            assertThat(said.get(1)).isEqualTo(advice);
            assertThat(said.get(2)).contains("blocked");
            assertThat(said.get(3)).isEqualTo("wrote 5");
        } finally {
            process.destroyForcibly();
        }
    }
}
