package org.tornadogpt.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ReadingProgressTest {
    private final StringWriter err = new StringWriter();

    private Io io(Interruption interrupted, boolean interactive) {
        return new Io(
                new PrintWriter(new StringWriter()),
                new PrintWriter(err),
                interrupted,
                interactive ? Tgpt.terminal(80, false) : Screen.none());
    }

    private void waitFor(String part) throws InterruptedException {
        while (!err.toString().contains(part)) {
            Thread.sleep(10);
        }
    }

    @Test
    void onATerminalTheSizeReadSoFarIsShownAndThenGone() throws InterruptedException {
        String spec = "/a/very/long/path/that/does/not/fit/into/eighty/columns/text.txt";
        try (ReadingProgress progress = new ReadingProgress(io(() -> false, true), spec)) {
            waitFor("0 files, 0.0 MB"); // even if nothing comes
            progress.read(2_500_000, 1);
            waitFor("1 file, 2.5 MB");
        }
        assertThat(err.toString())
                .startsWith("\r\033[Kreading ...not/fit/into/eighty/columns/text.txt: 0 files")
                .endsWith("MB\r\033[K");
        for (String line : err.toString().split("\r\033\\[K", -1)) {
            assertThat(line).hasSizeLessThan(80);
        }
    }

    @Test
    void elsewhereNothingIsShown() throws InterruptedException {
        try (ReadingProgress progress = new ReadingProgress(io(() -> false, false), "x")) {
            progress.read(1, 1);
            Thread.sleep(400);
        }
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void ctrlCEndsAReadingThatTakesLong() throws InterruptedException {
        try (ReadingProgress progress = new ReadingProgress(io(() -> true, false), "x")) {
            progress.read(1, 1);
            Thread.sleep(1100);
            assertThatThrownBy(() -> progress.read(2, 1)).isInstanceOf(CancellationException.class);
        }
        assertThat(err.toString()).isEmpty();
    }
}
