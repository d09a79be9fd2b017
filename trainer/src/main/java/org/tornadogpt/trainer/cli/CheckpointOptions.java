package org.tornadogpt.trainer.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.tornadogpt.model.Checkpoint;
import org.tornadogpt.model.CheckpointException;
import org.tornadogpt.model.LiveCheckpoint;
import org.tornadogpt.trainer.settings.UsageException;
import org.tornadogpt.trainer.train.Remains;
import org.tornadogpt.trainer.train.RunFolder;
import picocli.CommandLine.Option;

/** Options that name a trained model. */
final class CheckpointOptions {
    @Option(names = "--run", paramLabel = "DIR", description = "Folder of a run; its best checkpoint is used.")
    private Path run;

    @Option(names = "--checkpoint", paramLabel = "DIR", description = "A checkpoint's folder, such as RUN/last.")
    private Path checkpoint;

    /** As if {@code --run} named this folder. */
    static CheckpointOptions ofRun(Path folder) {
        CheckpointOptions options = new CheckpointOptions();
        options.run = folder;
        return options;
    }

    /** As if {@code --checkpoint} named this folder. */
    static CheckpointOptions ofCheckpoint(Path folder) {
        CheckpointOptions options = new CheckpointOptions();
        options.checkpoint = folder;
        return options;
    }

    /** Whether neither was given. */
    boolean isEmpty() {
        return run == null && checkpoint == null;
    }

    /** The run's folder, null if a checkpoint was named instead. */
    Path run() {
        return run;
    }

    /**
     * Opens it; the run may be going on and replace it meanwhile.
     *
     * @param command that is being run, for what to do if the checkpoint is damaged
     * @throws UsageException unless exactly one was named
     */
    LiveCheckpoint open(Io io, String command) throws IOException {
        if ((run == null) == (checkpoint == null)) {
            throw new UsageException("give either --run DIR or --checkpoint DIR");
        }
        Path folder = run == null ? checkpoint : RunFolder.forUse(run);
        try {
            LiveCheckpoint opened = LiveCheckpoint.open(folder);
            introduce(io, opened.checkpoint());
            return opened;
        } catch (CheckpointException e) {
            Path owner = run == null ? checkpoint.toAbsolutePath().getParent() : run;
            if (owner == null || !Files.exists(owner.resolve("config.yaml"))) {
                throw e;
            }
            throw new IOException(e.getMessage() + "; " + Remains.toUse(owner, command), e);
        }
    }

    private static void introduce(Io io, Checkpoint opened) {
        opened.note().ifPresent(io::warn);
        double best = opened.state().bestLoss();
        io.err()
                .println(opened.folder() + ": step " + opened.state().step()
                        + (Double.isFinite(best)
                                ? String.format(Locale.ROOT, ", best validation loss %.4f", best)
                                : ""));
        io.err().flush();
    }

    /** Says so if what was loaded is not what was opened. */
    static void tellIfReplaced(Io io, LiveCheckpoint live, Checkpoint opened) {
        if (live.checkpoint() != opened) {
            io.err().println("replaced by the run meanwhile; loaded:");
            introduce(io, live.checkpoint());
        }
    }
}
