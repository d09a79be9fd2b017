package org.tornadogpt.trainer.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A pane beside the one of tmux that this process runs in. */
final class TmuxPane {
    private static final long PATIENCE_SECONDS = 5;

    private final String besides;

    private TmuxPane(String besides) {
        this.besides = besides;
    }

    /** Empty if this process does not run within tmux. */
    static Optional<TmuxPane> ofThisTerminal(Map<String, String> environment) {
        boolean within = !environment.getOrDefault("TMUX", "").isEmpty();
        return within ? Optional.of(new TmuxPane(environment.getOrDefault("TMUX_PANE", ""))) : Optional.empty();
    }

    /**
     * Opens it, for a command; the keyboard stays where it is.
     *
     * @throws IOException that says why not
     */
    void open(List<String> command) throws IOException {
        List<String> whole = new ArrayList<>(List.of("tmux", "split-window", "-d"));
        if (!besides.isEmpty()) {
            whole.addAll(List.of("-t", besides));
        }
        whole.add("--");
        whole.addAll(command);
        Process process = new ProcessBuilder(whole).redirectErrorStream(true).start();
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroy();
                throw new IOException("it does not answer");
            }
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.exitValue() != 0) {
                throw new IOException(said.strip().lines().findFirst().orElse("exit code " + process.exitValue()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
