package org.tornadogpt.kernels.kernel.vector;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CacheLinesTest {
    private static final int LINE_BYTES = 64;

    /** Where a float array's elements begin, as the JVM itself says. */
    private static int headerBytes() throws ReflectiveOperationException {
        return Class.forName("sun.misc.Unsafe")
                .getField("ARRAY_FLOAT_BASE_OFFSET")
                .getInt(null);
    }

    @Test
    void nextIsTheFirstIndexWhoseElementBeginsALine() throws ReflectiveOperationException {
        check();
    }

    /** Checks a JVM of its own. */
    public static void main(String... arguments) throws ReflectiveOperationException {
        check();
    }

    private static void check() throws ReflectiveOperationException {
        for (int at = 0; at < 100; at++) {
            int next = CacheLines.next(at);
            assertThat((headerBytes() + 4 * next) % LINE_BYTES).isZero();
            assertThat(next).isBetween(at, at + LINE_BYTES / 4 - 1);
        }
        assertThat(CacheLines.START).isEqualTo(CacheLines.next(0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"-XX:+UseCompactObjectHeaders", "-XX:-UseCompressedClassPointers", "-XX:-UseCompressedOops"})
    void headersOfOtherSizesAreKnown(String option) throws IOException, InterruptedException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process process = new ProcessBuilder(
                        java, option, "-cp", System.getProperty("java.class.path"), CacheLinesTest.class.getName())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }

    @Test
    void theSmallestArrayFillsMoreThanHalfARegionOfOneMegabyte() throws ReflectiveOperationException {
        assertThat(headerBytes() + 4L * CacheLines.LEAST_FLOATS).isGreaterThan((1 << 20) / 2);
    }
}
