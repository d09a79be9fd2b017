package org.tornadogpt.bench.op;

import org.tornadogpt.trainer.cli.Io;
import org.tornadogpt.trainer.cli.SubcommandProvider;

/** Brings {@code tgpt op} to the command line. */
public final class OpCommands implements SubcommandProvider {
    @Override
    public String name() {
        return "op";
    }

    @Override
    public Object command(Io io) {
        return new OpCommand(io);
    }
}
