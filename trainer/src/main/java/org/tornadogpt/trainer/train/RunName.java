package org.tornadogpt.trainer.train;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.tornadogpt.trainer.settings.TrainSettings;

/** What a run is called that was given no folder: after its preset, or after the text where that is the user's own. */
public final class RunName {
    private static final int LONGEST = 40;
    private static final String WILDCARDS = "*?[{";

    private RunName() {}

    public static String of(TrainSettings settings) {
        return settings.isOnPresetsText() ? settings.preset() : ofText(settings.data());
    }

    /** What is no path is no text either, which is said when it is read. */
    private static Path path(String spec) {
        try {
            return Path.of(spec).toAbsolutePath().normalize();
        } catch (InvalidPathException e) {
            return Path.of("/");
        }
    }

    /** The name of a file without its ending, of a folder, or of the last folder before a glob's first wildcard. */
    static String ofText(String spec) {
        List<String> parts = new ArrayList<>();
        for (Path part : path(spec)) {
            if (part.toString().chars().anyMatch(c -> WILDCARDS.indexOf(c) >= 0)) {
                break;
            }
            parts.add(part.toString());
        }
        String last = parts.isEmpty() ? "" : parts.getLast();
        boolean ending = last.lastIndexOf('.') > 0 && !Files.isDirectory(path(spec));
        String stem = ending ? last.substring(0, last.lastIndexOf('.')) : last;
        String name = stem.replaceAll("[^\\p{L}\\p{N}._-]+", "-").replaceAll("^[-.]+|[-.]+$", "");
        return name.isEmpty() ? "text" : name.substring(0, Math.min(LONGEST, name.length()));
    }
}
