package org.tornadogpt.bench.kernels;

import org.tornadogpt.trainer.cli.Io;
import org.tornadogpt.trainer.cli.SubcommandProvider;

/** Brings {@code tgpt kernels check} to the command line. */
public final class KernelsCheck implements SubcommandProvider {
    @Override
    public String name() {
        return "check";
    }

    @Override
    public String parent() {
        return "kernels";
    }

    @Override
    public Object command(Io io) {
        return new CheckCommand(io);
    }
}
