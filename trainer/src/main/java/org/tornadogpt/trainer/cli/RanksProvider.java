package org.tornadogpt.trainer.cli;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tornadogpt.trainer.ranks.Ranks;
import org.tornadogpt.trainer.ranks.RanksException;

/** Connects processes; found by {@link java.util.ServiceLoader}. */
public interface RanksProvider {
    /**
     * Joins the others, if this process was started as one of several.
     *
     * @param environment of this process
     * @throws RanksException if it was, but they cannot be joined
     */
    Optional<Member> join(Map<String, String> environment);

    /**
     * Starts this program as several processes and waits for them.
     *
     * @param io of this process, whose interruption ends them
     * @param arguments for each
     * @return the exit code of all
     * @throws RanksException if they cannot be started
     */
    int launch(Io io, int ranks, List<String> arguments);

    /** This process's membership. */
    interface Member {
        Ranks ranks();

        /** Leaves together with the others, which have all come to their end. */
        void leave();

        /** Ends all of them with an exit code that is not 0. */
        void abort(int code);
    }
}
