package org.tornadogpt.trainer.cli;

import org.tornadogpt.model.TrainingSession;
import org.tornadogpt.trainer.ranks.Ranks;

/** Gives all ranks what rank 0 has read: they need no folder in common. */
record SharedState(Ranks ranks) {
    void share(TrainingSession session) {
        session.weights().toHost();
        ranks.share(session.weights().flat().slice());
        session.weights().changed();
        ranks.share(session.firstMoment().slice());
        ranks.share(session.secondMoment().slice());
        session.workspace().toDevice(session.firstMoment());
        session.workspace().toDevice(session.secondMoment());
    }
}
