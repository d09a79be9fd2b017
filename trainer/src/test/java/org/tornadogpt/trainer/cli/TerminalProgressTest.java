package org.tornadogpt.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class TerminalProgressTest {
    private static final int SIGINT = 2;

    /** Whether this JVM inherited that the signal is ignored; Linux tells. */
    private static boolean interruptsAreIgnored() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.isReadable(status)) {
            return false;
        }
        String mask = Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .map(line -> line.substring("SigIgn:".length()).strip())
                .findFirst()
                .orElse("0");
        return (Long.parseUnsignedLong(mask, 16) & 1L << (SIGINT - 1)) != 0;
    }

    @Test
    void aProgressBarLeavesCtrlCToUs() throws ReflectiveOperationException, InterruptedException, IOException {
        assumeFalse(
                interruptsAreIgnored(),
                "this build was started with Ctrl+C's signal ignored, as shells do in the background");
        Class<?> signal = Class.forName("sun.misc.Signal");
        Class<?> handler = Class.forName("sun.misc.SignalHandler");
        Object interrupt = signal.getConstructor(String.class).newInstance("INT");
        Interrupts interrupts = Interrupts.install(0);
        try {
            StringWriter out = new StringWriter();
            Screen screen = Tgpt.terminal(80, false);
            Io io = new Io(new PrintWriter(out), new PrintWriter(out), interrupts, screen);
            try (TerminalProgress progress = new TerminalProgress(io, 0, 10)) {
                progress.step(1, 2.5, 1000);
                progress.line("a line that stays");
                Thread.sleep(600); // two updates of the bar
                signal.getMethod("raise", signal).invoke(null, interrupt);
                long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
                while (!interrupts.getAsBoolean() && System.nanoTime() < end) {
                    Thread.sleep(5);
                }
                assertThat(interrupts.getAsBoolean()).isTrue();
                assertThat(out.toString()).contains("a line that stays");
            }
        } finally {
            Object byDefault = handler.getField("SIG_DFL").get(null);
            signal.getMethod("handle", signal, handler).invoke(null, interrupt, byDefault);
        }
    }

    @Test
    void theBarFitsTheTerminal() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream err = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        assertThat(new StandardErrorBar(err, 120).getMaxRenderedLength()).isEqualTo(115);
        new StandardErrorBar(err, 120).accept("50%");
        assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo("\r50%\033[K");
    }
}
