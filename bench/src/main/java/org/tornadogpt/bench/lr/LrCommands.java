package org.tornadogpt.bench.lr;

import org.tornadogpt.trainer.cli.Io;
import org.tornadogpt.trainer.cli.SubcommandProvider;

/** Brings {@code tgpt lr} to the command line. */
public final class LrCommands implements SubcommandProvider {
    @Override
    public String name() {
        return "lr";
    }

    @Override
    public Object command(Io io) {
        return new LrCommand(io);
    }
}
