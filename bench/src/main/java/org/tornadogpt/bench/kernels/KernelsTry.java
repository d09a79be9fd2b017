package org.tornadogpt.bench.kernels;

import org.tornadogpt.trainer.cli.Io;
import org.tornadogpt.trainer.cli.SubcommandProvider;

/** Brings {@code tgpt kernels try} to the command line. */
public final class KernelsTry implements SubcommandProvider {
    @Override
    public String name() {
        return "try";
    }

    @Override
    public String parent() {
        return "kernels";
    }

    @Override
    public Object command(Io io) {
        return new TryCommand(io);
    }
}
