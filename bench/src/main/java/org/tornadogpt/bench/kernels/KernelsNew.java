package org.tornadogpt.bench.kernels;

import org.tornadogpt.trainer.cli.Io;
import org.tornadogpt.trainer.cli.SubcommandProvider;

/** Brings {@code tgpt kernels new} to the command line. */
public final class KernelsNew implements SubcommandProvider {
    @Override
    public String name() {
        return "new";
    }

    @Override
    public String parent() {
        return "kernels";
    }

    @Override
    public Object command(Io io) {
        return new NewCommand(io);
    }
}
