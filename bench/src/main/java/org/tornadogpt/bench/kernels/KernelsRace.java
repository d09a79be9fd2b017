package org.tornadogpt.bench.kernels;

import org.tornadogpt.trainer.cli.Io;
import org.tornadogpt.trainer.cli.SubcommandProvider;

/** Brings {@code tgpt kernels race} to the command line. */
public final class KernelsRace implements SubcommandProvider {
    @Override
    public String name() {
        return "race";
    }

    @Override
    public String parent() {
        return "kernels";
    }

    @Override
    public Object command(Io io) {
        return new RaceCommand(io);
    }
}
