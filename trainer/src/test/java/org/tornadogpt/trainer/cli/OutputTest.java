package org.tornadogpt.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class OutputTest {
    private final StringWriter err = new StringWriter();

    private int run(OutputStream target, String... args) {
        return Main.run(new Io(new Output(target), new PrintWriter(err), () -> false, Screen.none()), args);
    }

    /** Fails as the system does. */
    private static OutputStream failing(String reason) {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException(reason);
            }
        };
    }

    @Test
    void outputThatCannotBeWrittenIsAFailure() {
        for (String command : new String[] {"presets", "--help", "--version", "train --help", "data list", "kernels"}) {
            err.getBuffer().setLength(0);
            assertThat(run(failing("No space left on device"), command.split(" ")))
                    .as(command)
                    .isEqualTo(ExitCode.FAILED);
            assertThat(err)
                    .hasToString("tgpt: standard output could not be written: No space left on device"
                            + System.lineSeparator());
        }
    }

    @Test
    void aReaderThatHasHadEnoughIsNone() {
        assertThat(run(failing("Broken pipe"), "presets")).isZero();
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void anotherFailureKeepsItsCode() {
        assertThat(run(failing("No space left on device"), "train", "--resume")).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void textIsUtf8() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Output output = new Output(bytes);
        output.print("ä€");
        assertThat(output.failure()).isEmpty();
        assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo("ä€");
    }
}
