package org.tornadogpt.distributed.plan;

import org.tornadogpt.trainer.cli.Io;
import org.tornadogpt.trainer.cli.SubcommandProvider;

/** Brings {@code tgpt plan} to the command line. */
public final class PlanCommands implements SubcommandProvider {
    @Override
    public String name() {
        return "plan";
    }

    @Override
    public Object command(Io io) {
        return new PlanCommand(io);
    }
}
