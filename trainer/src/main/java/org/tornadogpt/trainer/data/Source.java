package org.tornadogpt.trainer.data;

import java.util.List;

/**
 * Where a text or its tokens came from.
 *
 * @param spec what finds it again from any folder: a built-in name, or an absolute path or glob
 * @param files how many files it was read from
 * @param skipped files and folders that were left out, each with the reason
 * @param changed what became of line ends and byte order marks, for the user; empty if nothing did
 */
public record Source(String spec, int files, List<String> skipped, String changed) {
    public Source {
        skipped = List.copyOf(skipped);
    }
}
