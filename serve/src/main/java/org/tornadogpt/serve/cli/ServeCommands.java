package org.tornadogpt.serve.cli;

import org.tornadogpt.trainer.cli.Io;
import org.tornadogpt.trainer.cli.SubcommandProvider;

/** Brings {@code tgpt serve} to the command line. */
public final class ServeCommands implements SubcommandProvider {
    @Override
    public String name() {
        return "serve";
    }

    @Override
    public Object command(Io io) {
        return new ServeCommand(io);
    }
}
