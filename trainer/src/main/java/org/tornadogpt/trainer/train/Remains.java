package org.tornadogpt.trainer.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.tornadogpt.model.Checkpoint;

/**
 * What of a run can still be used, with the command that uses it: said where a checkpoint is damaged or could not be
 * written.
 */
public final class Remains {
    private static final String LAST = "last";
    private static final String BEST = "best";
    private static final String NONE = "no checkpoint of the run is whole";

    private Remains() {}

    /** How to go on with the run. */
    public static String toResume(Path run) {
        return whole(run, LAST)
                .map(what -> what + ": go on with " + resume(run))
                .or(() -> whole(run, BEST).map(what -> what + ": go on with " + resume(run) + " --from " + BEST))
                .orElse(NONE);
    }

    /** What there is, for a run that would fail again if it went on. */
    static String of(Path run) {
        return whole(run, LAST).or(() -> whole(run, BEST)).orElse(NONE);
    }

    /**
     * Which checkpoint to use instead of one that is damaged.
     *
     * @param command that was given, {@code generate} for one
     */
    public static String toUse(Path run, String command) {
        return whole(run, BEST)
                .map(what -> what + ": tgpt " + command + " --checkpoint " + quoted(run.resolve(BEST)))
                .or(() -> whole(run, LAST)
                        .map(what -> what + ": tgpt " + command + " --checkpoint " + quoted(run.resolve(LAST))))
                .orElse(NONE);
    }

    private static Optional<String> whole(Path run, String name) {
        Path checkpoint = run.resolve(name);
        return step(checkpoint).map(step -> checkpoint + " is whole (step " + step + ")");
    }

    /** The command that goes on with a run. */
    public static String resume(Path run) {
        return "tgpt train --resume --run " + quoted(run);
    }

    /** The step of a checkpoint that can be read as a whole. */
    private static Optional<Long> step(Path checkpoint) {
        try {
            return Checkpoint.exists(checkpoint)
                    ? Optional.of(Checkpoint.open(checkpoint).state().step())
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** As a shell takes it for one word. */
    private static String quoted(Path path) {
        String text = path.toString();
        return text.matches("[\\p{L}\\p{N}./_+:@%=-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
    }
}
