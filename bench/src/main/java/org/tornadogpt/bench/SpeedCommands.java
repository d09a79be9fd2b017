package org.tornadogpt.bench;

import org.tornadogpt.trainer.cli.Io;
import org.tornadogpt.trainer.cli.SubcommandProvider;

/** Brings {@code tgpt speed} to the command line. */
public final class SpeedCommands implements SubcommandProvider {
    @Override
    public String name() {
        return "speed";
    }

    @Override
    public Object command(Io io) {
        return new SpeedCommand(io);
    }
}
