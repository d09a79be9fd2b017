package org.tornadogpt.bench.jmh;

import org.tornadogpt.trainer.cli.Io;
import org.tornadogpt.trainer.cli.SubcommandProvider;

/** Brings {@code tgpt bench} to the command line. */
public final class BenchCommands implements SubcommandProvider {
    @Override
    public String name() {
        return "bench";
    }

    @Override
    public Object command(Io io) {
        return new BenchCommand(io);
    }
}
