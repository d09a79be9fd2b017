package org.tornadogpt.bench.op;

import java.util.Arrays;
import org.tornadogpt.trainer.settings.UsageException;

/** Sizes as on the command line: {@code 16x16x1024x64}. */
public final class Sizes {
    private Sizes() {}

    public static int[] parse(String text, String meaning) {
        int[] sizes;
        try {
            sizes = Arrays.stream(text.split("x", -1))
                    .mapToInt(Integer::parseInt)
                    .toArray();
        } catch (NumberFormatException e) {
            throw new UsageException("'" + text + "' is no list of sizes such as " + meaning, e);
        }
        if (sizes.length != meaning.split("x", -1).length
                || Arrays.stream(sizes).anyMatch(s -> s < 1)) {
            throw new UsageException("expected " + meaning + ", each at least 1, got '" + text + "'");
        }
        return sizes;
    }
}
