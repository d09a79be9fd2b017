package org.tornadogpt.trainer.cli;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The process that passes standard error on, without Java's notice of the incubator module. The launcher started it in
 * the place of which this JVM runs now, so it is this JVM's child.
 */
final class StderrFilter {
    static final String VARIABLE = "TGPT_STDERR_FILTER";

    private static final long PATIENCE_SECONDS = 2;

    private StderrFilter() {}

    /** Closes standard error and waits until all that was written to it has been passed on. */
    static void finish(Map<String, String> environment) {
        String pid = environment.getOrDefault(VARIABLE, "");
        if (!pid.matches("\\d{1,10}")) {
            return;
        }
        ProcessHandle.of(Long.parseLong(pid)).filter(StderrFilter::isChild).ifPresent(filter -> {
            System.err.close();
            await(filter);
        });
    }

    private static boolean isChild(ProcessHandle process) {
        return process.parent().equals(Optional.of(ProcessHandle.current()));
    }

    private static void await(ProcessHandle filter) {
        try {
            filter.onExit().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            // Somebody else still holds the pipe, a process left behind: this one has nothing more to say.
            return;
        }
    }
}
