package org.tornadogpt.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code tools/gpu/nvrtc.sh} with a Python that is a few lines of shell. */
@Timeout(60)
class NvrtcTest {
    private static final Path SCRIPT = Path.of("..", "tools", "gpu", "nvrtc.sh");

    @TempDir
    private Path folder;

    private Path python;

    @BeforeEach
    void makePython() throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "there is no /bin/bash here");
        python = Files.writeString(
                folder.resolve("python"),
                "#!/bin/bash\necho '" + folder + "/user/nvidia'\necho '" + folder + "/site packages/nvidia'\n");
        Files.setPosixFilePermissions(python, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Path library(String path) throws IOException {
        Path file = folder.resolve("site packages/nvidia").resolve(path);
        Files.createDirectories(file.getParent());
        return Files.createFile(file).getParent();
    }

    private String found(Path interpreter) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("/bin/bash", SCRIPT.toString(), interpreter.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output.strip();
    }

    @Test
    void whereCuda13HasIt() throws IOException, InterruptedException {
        library("cu13/include/nvrtc.h");
        assertThat(found(python)).isEmpty();
        Path lib = library("cu13/lib/libnvrtc.so.13");
        assertThat(found(python)).isEqualTo(lib.toString());
    }

    @Test
    void whereCuda12HasIt() throws IOException, InterruptedException {
        Path lib = library("cuda_nvrtc/lib/libnvrtc.so.12");
        library("cublas/lib/libcublas.so.12");
        assertThat(found(python)).isEqualTo(lib.toString());
    }

    @Test
    void theNewerOfTwo() throws IOException, InterruptedException {
        library("cuda_nvrtc/lib/libnvrtc.so.12");
        Path lib = library("cu13/lib/libnvrtc.so.13");
        assertThat(found(python)).isEqualTo(lib.toString());
    }

    @Test
    void aPythonWithoutItOrNoPythonIsNoError() throws IOException, InterruptedException {
        assertThat(found(python)).isEmpty();
        assertThat(found(folder.resolve("none"))).isEmpty();
    }
}
