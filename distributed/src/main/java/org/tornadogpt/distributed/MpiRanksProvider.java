package org.tornadogpt.distributed;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tornadogpt.distributed.mpi.Mpi;
import org.tornadogpt.distributed.mpi.MpiException;
import org.tornadogpt.trainer.cli.Io;
import org.tornadogpt.trainer.cli.RanksProvider;
import org.tornadogpt.trainer.ranks.RanksException;

/**
 * Connects processes by MPI. Looks for a library only in a process that an MPI launcher has started as one of several.
 */
public final class MpiRanksProvider implements RanksProvider {
    @Override
    public Optional<Member> join(Map<String, String> environment) {
        int size = LauncherVariables.size(environment);
        if (size < 2) {
            return Optional.empty();
        }
        try {
            Timeouts timeouts = Timeouts.of(environment);
            Mpi mpi = Mpi.init(environment);
            if (mpi.size() != size) {
                throw new RanksException("the launcher has started " + size + " processes, but " + mpi.version()
                        + " knows of " + mpi.size() + ": launcher and library are not of one MPI; call the mpirun of "
                        + mpi.family() + ", or name the other library's file in TGPT_MPI");
            }
            return Optional.of(new MpiMember(mpi, timeouts, LastWord.of(environment)));
        } catch (MpiException e) {
            throw new RanksException(
                    "started as one of " + size + " processes, but they cannot be joined: " + e.getMessage(), e);
        }
    }

    @Override
    public int launch(Io io, int ranks, List<String> arguments) {
        return new RankLauncher(io, System.getenv()).run(ranks, arguments);
    }
}
