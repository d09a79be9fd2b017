package org.tornadogpt.trainer.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Tells the folders that training writes from folders of text: what a run says of itself is not what the next one is to
 * learn.
 */
final class RunFolders {
    static final String REASON = "is the folder of a run or checkpoint";

    private RunFolders() {}

    static boolean is(Path folder) {
        return is(name -> Files.exists(folder.resolve(name)));
    }

    private static boolean is(Predicate<String> has) {
        boolean run = has.test("config.yaml") && (has.test("metrics.jsonl") || has.test(".lock") || has.test("last"));
        return run || (has.test("model.safetensors") && has.test("state.json"));
    }

    /** Those among the folders of a zip, each with a slash at its end. */
    static Set<String> in(Collection<String> names) {
        Set<String> all = new HashSet<>(names);
        Set<String> found = new HashSet<>();
        for (String name : names) {
            String folder = name.substring(0, name.lastIndexOf('/') + 1);
            if (!folder.isEmpty() && is(file -> all.contains(folder + file))) {
                found.add(folder);
            }
        }
        return found;
    }
}
