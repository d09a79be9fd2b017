package org.tornadogpt.distributed;

import java.util.List;
import java.util.Map;

/** Starts this program as several processes of this machine, by {@code mpirun}. */
final class RankLauncher {
    private final Map<String, String> environment;

    RankLauncher(Map<String, String> environment) {
        this.environment = environment;
    }

    /** @return the exit code of all */
    int run(int ranks, List<String> arguments) {
        throw new UnsupportedOperationException(environment + " " + ranks + " " + arguments);
    }
}
