package org.tornadogpt.trainer.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.tornadogpt.trainer.ranks.Ranks;
import org.tornadogpt.trainer.ranks.RanksException;

/**
 * A command in a process that may be one of several. Rank 0 prints. Another says something only if it fails and rank 0
 * does not end all of them before, as it does where it has failed for the same reason.
 */
final class RankProcess {
    /** The commands that several processes can share. */
    static final Set<String> SHARED = Set.of("train", "speed");

    /** A terminal sends Ctrl+C to all processes, and the launcher passes on its own. */
    private static final long SAME_SIGNAL_NANOS = TimeUnit.SECONDS.toNanos(3);

    private static final long RANK_0_SPEAKS_MILLIS = 2000;
    private static final long NEXT_RANK_SPEAKS_MILLIS = 400;

    private RankProcess() {}

    /** The command, given what it may talk to. */
    interface Command {
        /**
         * Runs it.
         *
         * @param sameSignalNanos how long the same signal may come again by another way
         */
        int run(Io io, long sameSignalNanos);
    }

    /** Runs it, as one of several if {@code environment} says so, and returns its exit code. */
    static int run(Io io, Map<String, String> environment, Command command) {
        Optional<RanksProvider.Member> member;
        try {
            member = join(environment);
        } catch (RanksException e) {
            io.fail(e.getMessage());
            return ExitCode.FAILED;
        }
        if (member.isEmpty()) {
            return command.run(io, 0);
        }
        Ranks ranks = member.get().ranks();
        StringWriter said = new StringWriter();
        int code = command.run(
                ranks.isFirst()
                        ? new Io(io.out(), io.err(), io.interrupted(), io.screen(), ranks)
                        : new Io(silent(), new PrintWriter(said), io.interrupted(), Screen.none(), ranks),
                SAME_SIGNAL_NANOS);
        io.out().flush();
        if (code == ExitCode.OK || code == ExitCode.INTERRUPTED) {
            member.get().leave();
        } else {
            if (!ranks.isFirst()) {
                speakAfterOthers(io, ranks, said.toString());
            }
            io.err().flush();
            member.get().abort(code);
        }
        return code;
    }

    private static Optional<RanksProvider.Member> join(Map<String, String> environment) {
        return ServiceLoader.load(RanksProvider.class).findFirst().flatMap(provider -> provider.join(environment));
    }

    private static PrintWriter silent() {
        return new PrintWriter(Writer.nullWriter());
    }

    private static void speakAfterOthers(Io io, Ranks ranks, String said) {
        try {
            Thread.sleep(RANK_0_SPEAKS_MILLIS + NEXT_RANK_SPEAKS_MILLIS * (ranks.rank() - 1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (ranks.takeLastWord()) {
            io.err().print(said.replaceAll("(?m)^tgpt: ", "tgpt: rank " + ranks.rank() + ": "));
        }
    }
}
