package org.tornadogpt.trainer.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.tornadogpt.model.Checkpoint;
import org.tornadogpt.trainer.settings.UsageException;
import org.tornadogpt.trainer.train.RunFolder;
import picocli.CommandLine.Option;

/** Options that name a trained model. */
final class CheckpointOptions {
    @Option(names = "--run", paramLabel = "DIR", description = "Folder of a run; its best checkpoint is used.")
    private Path run;

    @Option(names = "--checkpoint", paramLabel = "DIR", description = "A checkpoint's folder, such as RUN/last.")
    private Path checkpoint;

    /** The run's folder, null if a checkpoint was named instead. */
    Path run() {
        return run;
    }

    /** @throws UsageException unless exactly one was named */
    Checkpoint open(Io io) throws IOException {
        if ((run == null) == (checkpoint == null)) {
            throw new UsageException("give either --run DIR or --checkpoint DIR");
        }
        Checkpoint opened = Checkpoint.open(run == null ? checkpoint : RunFolder.forUse(run));
        opened.note().ifPresent(io::warn);
        io.err()
                .println(opened.folder() + ": step " + opened.state().step() + ", best validation loss "
                        + String.format(Locale.ROOT, "%.4f", opened.state().bestLoss()));
        io.err().flush();
        return opened;
    }
}
