package org.tornadogpt.trainer.cli;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.tornadogpt.model.Checkpoint;
import org.tornadogpt.model.InferenceSession;
import org.tornadogpt.model.Sampling;
import org.tornadogpt.model.text.TextAssembler;
import org.tornadogpt.trainer.settings.SampleSettings;
import org.tornadogpt.trainer.train.RunFolder;
import picocli.CommandLine.Option;

/** {@code tgpt train --live}: when a run has ended, its best checkpoint writes on and on. */
final class LiveWriting {
    @Option(
            names = "--live",
            description = {
                "When the run is done, its best checkpoint writes on and on until Ctrl+C: within tmux in a pane of",
                "its own, else here."
            })
    private boolean asked;

    /** Opens the window, or writes here until the user wants it to stop; the run is done either way. */
    void write(Io io, RunParts parts) throws IOException {
        if (!asked) {
            return;
        }
        Optional<TmuxPane> tmux = TmuxPane.ofThisTerminal(System.getenv());
        if (tmux.isPresent()) {
            try {
                tmux.get().open(OwnProgram.command(generate(parts)));
                io.say("the best checkpoint writes in a pane of its own, until Ctrl+C there");
                return;
            } catch (IOException e) {
                io.warn("tmux opens no pane: " + e.getMessage() + "; the best checkpoint writes here");
            }
        }
        here(io, parts);
    }

    private static List<String> generate(RunParts parts) {
        SampleSettings sample = parts.settings().sample();
        return List.of(
                "generate",
                "--run",
                parts.folder().path().toAbsolutePath().toString(),
                "--forever",
                "--device",
                parts.settings().device(),
                "--temperature",
                String.valueOf(sample.sampleTemperature()),
                "--prompt=" + sample.samplePrompt());
    }

    private static void here(Io io, RunParts parts) throws IOException {
        SampleSettings sample = parts.settings().sample();
        Checkpoint best = Checkpoint.open(RunFolder.forUse(parts.folder().path()));
        try (InferenceSession session = new InferenceSession(best.config().model(), parts.kernels())) {
            best.restore(session.weights());
            io.say("the best checkpoint (step " + best.state().step() + ") writes on; Ctrl+C ends it");
            io.out().println();
            new TextStream(io, session, best.tokenizer())
                    .write(
                            new TextAssembler(best.tokenizer(), List.of()),
                            sample.prompt(),
                            Long.MAX_VALUE,
                            new Sampling(
                                    sample.sampleTemperature(),
                                    0,
                                    1,
                                    parts.settings().seed()));
            io.out().println();
        }
    }
}
