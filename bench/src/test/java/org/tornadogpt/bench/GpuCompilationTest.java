package org.tornadogpt.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@code tools/gpu/compile.sh}, where TORNADOVM_HOME has the CUDA back end and a toolkit is there; it needs no GPU. */
@Tag("slow")
@DisabledOnOs(OS.WINDOWS)
class GpuCompilationTest {
    private static final int SKIPPED = 77;
    private static final int MINUTES = 15;

    @TempDir
    private Path folder;

    @Test
    void theKernelsOfATrainingStepCompileWithoutSpillsAndReadSixteenBytes() throws IOException, InterruptedException {
        String classPath = Stream.of("java.class.path", "jdk.module.path")
                .map(System::getProperty)
                .filter(Objects::nonNull)
                .collect(Collectors.joining(File.pathSeparator));
        Path out = folder.resolve("out");
        Path log = folder.resolve("log");
        ProcessBuilder builder =
                new ProcessBuilder("bash", "../tools/gpu/compile.sh", "--quick", "--class-path", classPath);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process =
                builder.redirectOutput(out.toFile()).redirectError(log.toFile()).start();
        boolean ended = process.waitFor(MINUTES, TimeUnit.MINUTES);
        process.destroyForcibly();
        String said = Files.readString(log);
        assertThat(ended).as(said).isTrue();
        assumeTrue(process.exitValue() != SKIPPED, said);
        List<String> table = Files.readAllLines(out);
        assertThat(process.exitValue()).as("%s%s", said, table).isZero();
        for (String kernel : List.of("kMatMulWhole", "kFlashForward", "kFlashBackwardKeys", "kFlashBackwardQueries")) {
            assertThat(table).as(kernel).anyMatch(row -> row.startsWith("| " + kernel + " ") && wideReads(row) >= 32);
        }
    }

    /** The least of a row's column LDS.128. */
    private static int wideReads(String row) {
        Matcher cells = Pattern.compile("(?:[^|]*\\|){6} *(\\d+)").matcher(row);
        return cells.lookingAt() ? Integer.parseInt(cells.group(1)) : 0;
    }
}
