package org.tornadogpt.trainer.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** All shell scripts of the project, under ShellCheck (shellcheck.net). */
@Timeout(240)
class ScriptsTest {
    private static final Path ROOT = Path.of("..");

    private static List<String> scripts() throws IOException {
        List<String> scripts = new ArrayList<>(List.of("tgpt", "setup_tornado.sh", ".ci/run"));
        try (Stream<Path> files = Files.walk(ROOT.resolve("tools"))) {
            files.map(file -> ROOT.relativize(file).toString())
                    .filter(name -> name.endsWith(".sh"))
                    .sorted()
                    .forEach(scripts::add);
        }
        return scripts;
    }

    @Test
    void shellCheckFindsNothing() throws IOException, InterruptedException {
        List<String> scripts = scripts();
        assertThat(scripts).hasSizeGreaterThan(9);
        List<String> command = new ArrayList<>(List.of("shellcheck", "-x"));
        command.addAll(scripts);
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .directory(ROOT.toFile())
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            assumeTrue(false, "there is no shellcheck here: " + e.getMessage());
            return;
        }
        String found = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(found).isZero();
    }

    /** With it exported, {@code cd} may go elsewhere and print where. */
    @Test
    void everyScriptThatChangesFolderUnsetsCdpath() throws IOException {
        for (String script : scripts()) {
            String text = Files.readString(ROOT.resolve(script));
            if (text.contains("cd \"$(dirname") || text.contains("$(cd ")) {
                assertThat(text).as(script).containsPattern("(?m)^unset CDPATH");
            }
        }
    }
}
