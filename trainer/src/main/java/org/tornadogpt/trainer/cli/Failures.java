package org.tornadogpt.trainer.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CancellationException;
import org.tornadogpt.kernels.graph.DeviceException;
import org.tornadogpt.trainer.data.DataException;
import org.tornadogpt.trainer.ranks.RanksException;
import org.tornadogpt.trainer.settings.UsageException;
import org.tornadogpt.trainer.train.DivergedException;
import org.tornadogpt.trainer.train.Reasons;

/** One line and an exit code for whatever went wrong; the stack trace only for those who ask. */
final class Failures {
    private static final String TRACE_VARIABLE = "TGPT_DEBUG";

    private Failures() {}

    /** Reports to {@code io.err()}, unless another rank has spoken. The first asks here, the others later. */
    static int report(Io io, Throwable failure) {
        io.out().flush();
        if (!io.ranks().isFirst() || io.ranks().takeLastWord()) {
            io.fail(oneLine(describe(failure)));
        }
        if (wantsTrace()) {
            failure.printStackTrace(io.err());
        }
        io.err().flush();
        if (failure instanceof CancellationException) {
            return ExitCode.INTERRUPTED;
        }
        return failure instanceof UsageException ? ExitCode.USAGE : ExitCode.FAILED;
    }

    private static boolean wantsTrace() {
        String value = System.getenv(TRACE_VARIABLE);
        return value != null && !value.isEmpty() && !value.equals("0");
    }

    private static String describe(Throwable failure) {
        if (failure instanceof UncheckedIOException unchecked) {
            return Reasons.of(unchecked.getCause());
        }
        if (failure instanceof IOException io) {
            return Reasons.of(io);
        }
        if (failure instanceof OutOfMemoryError) {
            return outOfMemory(String.valueOf(failure.getMessage()));
        }
        if (failure instanceof UsageException
                || failure instanceof DataException
                || failure instanceof DivergedException
                || failure instanceof CancellationException
                || failure instanceof DeviceException
                || failure instanceof RanksException
                || (failure instanceof IllegalArgumentException && failure.getMessage() != null)) {
            return failure.getMessage();
        }
        return "internal error: " + failure + "; run again with " + TRACE_VARIABLE + "=1 to see where";
    }

    /** Tensors lie outside the heap, where {@code -Xmx} gives them nothing. */
    private static String outOfMemory(String what) {
        return "out of memory (" + what + "): choose a smaller batch, block or model, or give the JVM "
                + (what.contains("direct buffer memory")
                        ? "more for tensors, for example TGPT_JAVA_OPTS=-XX:MaxDirectMemorySize=16g"
                        : "a larger heap, for example TGPT_JAVA_OPTS=-Xmx4g");
    }

    /** File names may hold what would paint the terminal. */
    private static String oneLine(String message) {
        return message.replaceAll("\\s*\\R\\s*", " ").replaceAll("\\p{Cc}", "?").strip();
    }
}
