package org.tornadogpt.trainer.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import org.tornadogpt.trainer.ranks.RanksException;
import org.tornadogpt.trainer.settings.UsageException;
import picocli.CommandLine;

/** Starts this command anew, as several processes. */
public final class Launch {
    private static final String OPTION = "--ranks";

    private Launch() {}

    /**
     * Starts the command that {@code command} was parsed from, without its option {@code --ranks}.
     *
     * @return the exit code of all
     */
    public static int ranks(Io io, int ranks, CommandLine command) {
        if (ranks < 1) {
            throw new UsageException(OPTION + " must be at least 1, got " + ranks);
        }
        CommandLine root = command.getParent();
        return ServiceLoader.load(RanksProvider.class)
                .findFirst()
                .orElseThrow(() ->
                        new RanksException("this build has no module for several processes: leave " + OPTION + " out"))
                .launch(io, ranks, without(root.getParseResult().originalArgs()));
    }

    private static List<String> without(List<String> arguments) {
        List<String> rest = new ArrayList<>();
        for (int i = 0; i < arguments.size(); i++) {
            if (arguments.get(i).equals(OPTION)) {
                i++; // its value
            } else if (!arguments.get(i).startsWith(OPTION + "=")) {
                rest.add(arguments.get(i));
            }
        }
        return rest;
    }
}
