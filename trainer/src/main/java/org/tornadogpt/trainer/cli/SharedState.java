package org.tornadogpt.trainer.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.tornadogpt.model.Checkpoint;
import org.tornadogpt.model.TrainingSession;
import org.tornadogpt.model.Weights;
import org.tornadogpt.trainer.ranks.Ranks;

/**
 * Gives all ranks what rank 0 has read: they need no folder in common. Where each keeps a part of the optimizer's
 * state, they do, and each reads its own.
 */
record SharedState(Ranks ranks, Path checkpoint) {
    void share(TrainingSession session) throws IOException {
        if (session.part().length() < session.gradients().size()) {
            if (!ranks.isFirst()) {
                Checkpoint.open(checkpoint).restore(session);
            }
            return;
        }
        if (session.adapters() != null) {
            ranks.share(session.adapters().values().slice());
            ranks.share(session.firstMoment().slice());
            ranks.share(session.secondMoment().slice());
            session.adaptersLoaded();
            return;
        }
        share(session.weights());
        if (session.isAveraged()) {
            share(session.averages());
        }
        ranks.share(session.firstMoment().slice());
        ranks.share(session.secondMoment().slice());
        session.workspace().toDevice(session.firstMoment());
        session.workspace().toDevice(session.secondMoment());
    }

    private void share(Weights weights) {
        weights.toHost();
        ranks.share(weights.flat().slice());
        weights.changed();
    }
}
