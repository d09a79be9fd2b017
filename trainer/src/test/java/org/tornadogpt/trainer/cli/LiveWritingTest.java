package org.tornadogpt.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code tgpt train --live}. */
class LiveWritingTest {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(120);

    @TempDir
    private Path folder;

    private String server;

    @Test
    void theBestCheckpointWritesOnUntilInterrupted() throws IOException {
        Path run = folder.resolve("run");
        AtomicInteger asked = new AtomicInteger();
        Tgpt tgpt = Tgpt.runUntil(
                () -> asked.incrementAndGet() > 1_500,
                TinyRun.train(TinyRun.text(folder), run, "--steps", "20", "--live"));
        assertThat(tgpt.code()).as(tgpt.toString()).isZero();
        String said = tgpt.out().substring(tgpt.out().indexOf("writes on; Ctrl+C ends it"));
        assertThat(said).hasSizeBetween(800, 1_600);
        Tgpt same = Tgpt.run(
                "generate",
                "--run",
                run.toString(),
                "--prompt",
                "\\n",
                "--tokens",
                "200",
                "--seed",
                "1337",
                "--device",
                "cpu");
        assertThat(said.replaceFirst("[^\n]*\n\n", "")).startsWith(same.out().stripTrailing());
    }

    @Test
    void aRunThatIsInterruptedWritesNothingMore() throws IOException {
        AtomicInteger asked = new AtomicInteger();
        Tgpt tgpt = Tgpt.runUntil(
                () -> asked.incrementAndGet() > 15,
                TinyRun.train(TinyRun.text(folder), folder.resolve("run"), "--steps", "200", "--live"));
        assertThat(tgpt.code()).as(tgpt.toString()).isEqualTo(ExitCode.INTERRUPTED);
        assertThat(tgpt.out()).doesNotContain("writes on");
    }

    private static String tmux(String server, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("tmux", "-L", server, "-f", "/dev/null"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return said;
    }

    private static boolean hasTmux() throws InterruptedException {
        try {
            return new ProcessBuilder("tmux", "-V").start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static void await(String what, Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (!condition.call()) {
            assertThat(System.nanoTime()).as(what).isLessThan(end);
            Thread.sleep(100);
        }
    }

    private List<String> panes() throws IOException, InterruptedException {
        return tmux(server, "list-panes", "-a", "-F", "#{pane_id}").lines().toList();
    }

    @Test
    @Tag("slow")
    void withinTmuxItWritesInAPaneOfItsOwn() throws Exception {
        assumeTrue(hasTmux(), "tmux is not installed");
        server = "tgpt-test-" + ProcessHandle.current().pid();
        Path log = folder.resolve("log");
        List<String> command = new ArrayList<>(OwnProgram.command(List.of()));
        command.addAll(List.of(TinyRun.train(
                TinyRun.text(folder), folder.resolve("run"), "--steps", "20", "--threads", "1", "--live")));
        String line = command.stream().map(word -> "'" + word + "'").collect(Collectors.joining(" "));
        tmux(server, "new-session", "-d", "-x", "100", "-y", "40", line + " >'" + log + "' 2>&1; sleep 300");
        await("training ends", () -> Files.exists(log) && Files.readString(log).contains("in a pane of its own"));
        List<String> panes = panes();
        assertThat(panes).as(Files.readString(log)).hasSize(2);
        String pane = panes.getLast();
        await(
                "text appears",
                () -> tmux(server, "capture-pane", "-p", "-t", pane).contains("int"));
        tmux(server, "send-keys", "-t", pane, "C-c");
        await("the pane closes", () -> panes().size() == 1);
    }

    @AfterEach
    void endTmux() throws IOException, InterruptedException {
        if (server != null) {
            tmux(server, "kill-server");
        }
    }
}
