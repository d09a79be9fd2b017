package org.tornadogpt.bench.tune;

import org.tornadogpt.trainer.cli.Io;
import org.tornadogpt.trainer.cli.SubcommandProvider;

/** Brings {@code tgpt kernels tune} to the command line. */
public final class KernelsTune implements SubcommandProvider {
    @Override
    public String name() {
        return "tune";
    }

    @Override
    public String parent() {
        return "kernels";
    }

    @Override
    public Object command(Io io) {
        return new TuneCommand(io);
    }
}
