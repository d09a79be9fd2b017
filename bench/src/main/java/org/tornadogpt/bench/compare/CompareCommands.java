package org.tornadogpt.bench.compare;

import org.tornadogpt.trainer.cli.Io;
import org.tornadogpt.trainer.cli.SubcommandProvider;

/** Brings {@code tgpt compare} to the command line. */
public final class CompareCommands implements SubcommandProvider {
    @Override
    public String name() {
        return "compare";
    }

    @Override
    public Object command(Io io) {
        return new CompareCommand(io);
    }
}
