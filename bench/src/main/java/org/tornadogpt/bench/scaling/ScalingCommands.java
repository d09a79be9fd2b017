package org.tornadogpt.bench.scaling;

import org.tornadogpt.trainer.cli.Io;
import org.tornadogpt.trainer.cli.SubcommandProvider;

/** Brings {@code tgpt scaling} to the command line. */
public final class ScalingCommands implements SubcommandProvider {
    @Override
    public String name() {
        return "scaling";
    }

    @Override
    public Object command(Io io) {
        return new ScalingCommand(io);
    }
}
