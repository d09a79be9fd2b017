package org.tornadogpt.distributed;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Which of the ranks says why all of them end: the first that makes a file in the launcher's folder. Pauses alone do not
 * settle it, since on busy cores one that should have been ended by another's abort may still come to speak.
 *
 * @param folder null without this program's launcher: then each may speak
 */
record LastWord(Path folder) {
    /** Names the environment variable by which {@link RankLauncher} tells the folder. */
    static final String VARIABLE = "TGPT_RANKS_FOLDER";

    private static final String FILE = "said";

    static LastWord of(Map<String, String> environment) {
        String folder = environment.getOrDefault(VARIABLE, "");
        return new LastWord(folder.isEmpty() ? null : Path.of(folder));
    }

    /** True once. Where the file cannot be made for another reason, better twice than never. */
    boolean take() {
        if (folder == null) {
            return true;
        }
        try {
            Files.createFile(folder.resolve(FILE));
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }
}
