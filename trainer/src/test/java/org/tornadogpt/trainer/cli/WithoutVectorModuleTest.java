package org.tornadogpt.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The program, started by hand and without the option for the Vector API. */
@Timeout(300)
class WithoutVectorModuleTest {
    @TempDir
    private Path folder;

    /**
     * What it prints, and its exit code.
     *
     * @param lines of both outputs
     */
    private record Ended(int code, List<String> lines) {}

    private static Ended run(String... args) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(args));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            List<String> lines = process.inputReader().lines().toList();
            return new Ended(process.waitFor(), lines);
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void trainingOnTheCpuDeviceSaysInOneLineWhatIsMissing() throws IOException, InterruptedException {
        Ended ended =
                run("train", "--preset", "quote", "--run", folder.resolve("run").toString());
        assertThat(ended.code()).isEqualTo(ExitCode.USAGE);
        assertThat(ended.lines())
                .as(ended.toString())
                .singleElement()
                .asString()
                .contains("--add-modules jdk.incubator.vector", "sequential");
        assertThat(folder.resolve("run")).doesNotExist();
    }

    @Test
    void theSequentialDeviceTrains() throws IOException, InterruptedException {
        Path run = folder.resolve("run");
        Ended ended = run(
                "train",
                "--preset",
                "quote",
                "--device",
                "sequential",
                "--steps",
                "1",
                "--run",
                run.toString(),
                "--set",
                "layers=1",
                "--set",
                "channels=8",
                "--set",
                "heads=1",
                "--set",
                "evalBatches=1",
                "--set",
                "sampleLength=3");
        assertThat(ended.code()).as(ended.toString()).isZero();
    }

    @Test
    void listsAreThere() throws IOException, InterruptedException {
        Ended devices = run("devices");
        assertThat(devices.code()).as(devices.toString()).isZero();
        assertThat(devices.toString()).contains("not available: the cpu device needs", "plain Java loops");
        Ended kernels = run("kernels");
        assertThat(kernels.code()).as(kernels.toString()).isZero();
        assertThat(kernels.toString()).contains("matmul", "naive");
    }
}
