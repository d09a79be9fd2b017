package org.tornadogpt.trainer.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.tornadogpt.model.Checkpoint;
import org.tornadogpt.model.Tokenizer;
import org.tornadogpt.model.TrainingSession;
import org.tornadogpt.trainer.ranks.Ranks;
import org.tornadogpt.trainer.train.Progress;
import org.tornadogpt.trainer.train.RunFolder;

/** The weights that a run's adapters are trained for, kept in its folder: what they came from may change or go. */
record AdapterBase(RunFolder folder, Ranks ranks) {
    private Path path() {
        return folder.path().resolve("base");
    }

    void save(TrainingSession session, Tokenizer tokenizer) throws IOException {
        if (ranks.isFirst()) {
            Checkpoint.save(
                    path(), tokenizer, session.weights(), Progress.start().toState(0));
        }
    }

    /** Sets the session's weights in all ranks. */
    void load(TrainingSession session) throws IOException {
        if (ranks.isFirst()) {
            Checkpoint.open(path()).restore(session.weights());
        }
        if (ranks.size() > 1) {
            session.weights().toHost();
            ranks.share(session.weights().flat().slice());
            session.weights().changed();
        }
    }
}
