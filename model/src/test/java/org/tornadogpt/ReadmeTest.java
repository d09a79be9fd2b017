package org.tornadogpt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tornadogpt.model.Checkpoint;

/** What README says of the library, as it stands there. */
@Timeout(600)
class ReadmeTest {
    private static final String HEADING = "\n## As a library\n";

    /** What the tool {@code jshell} imports by itself, of which the text needs some. */
    private static final List<String> IMPORTED = List.of("import java.nio.file.*;", "import java.util.*;");

    @TempDir
    private Path folder;

    private static String chapter() throws IOException {
        String readme = Files.readString(Path.of("../README.md"));
        assertThat(readme).contains(HEADING);
        String rest = readme.substring(readme.indexOf(HEADING) + HEADING.length());
        return rest.substring(0, rest.indexOf("\n## "));
    }

    private static String block(String language) throws IOException {
        Matcher block =
                Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL).matcher(chapter());
        assertThat(block.find()).as("a block of " + language).isTrue();
        return block.group(1);
    }

    /** The modules that its command line adds. */
    private static List<String> modules() throws IOException {
        Matcher option = Pattern.compile("jshell .*(--add-modules) (\\S+)").matcher(block("bash"));
        return option.find() ? List.of(option.group(1), option.group(2)) : List.of();
    }

    @Test
    void theSessionTrainsWritesAndSaves() throws IOException {
        List<String> values = new ArrayList<>();
        try (JShell shell = JShell.builder()
                .compilerOptions(modules().toArray(String[]::new))
                .remoteVMOptions(modules().toArray(String[]::new))
                .remoteVMOptions("-Duser.dir=" + folder, "-Xmx512m")
                .build()) {
            shell.addToClasspath(System.getProperty("java.class.path"));
            IMPORTED.forEach(shell::eval);
            for (String line : block("java").lines().filter(l -> !l.isBlank()).toList()) {
                values.add(run(shell, line));
            }
        }
        assertThat(Float.parseFloat(values.get(values.size() - 3))).isLessThan(0.3f);
        assertThat(values.get(values.size() - 2)).startsWith("\", or not");
        assertThat(Checkpoint.open(folder.resolve("my-model")).state().step()).isEqualTo(150);
    }

    private static String run(JShell shell, String line) {
        String source = shell.sourceCodeAnalysis().analyzeCompletion(line).source(); // with a semicolon
        List<SnippetEvent> events = shell.eval(source == null ? line : source);
        assertThat(events).as(line).hasSize(1);
        SnippetEvent event = events.getFirst();
        assertThat(event.status())
                .as(shell.diagnostics(event.snippet())
                                .map(diagnostic -> diagnostic.getMessage(null))
                                .toList() + " in " + line)
                .isEqualTo(Snippet.Status.VALID);
        assertThat(event.exception()).as(line).isNull();
        return event.value();
    }

    @Test
    void theDependencyIsThisModule() throws IOException {
        String pom = Files.readString(Path.of("pom.xml"));
        String dependency = block("xml");
        assertThat(element(dependency, "groupId")).isEqualTo(element(pom, "groupId"));
        assertThat(element(dependency, "version")).isEqualTo(element(pom, "version"));
        assertThat(pom).contains("<artifactId>" + element(dependency, "artifactId") + "</artifactId>\n  <name>");
    }

    private static String element(String xml, String name) {
        Matcher found = Pattern.compile("<" + name + ">(.*?)</" + name + ">").matcher(xml);
        assertThat(found.find()).as(name).isTrue();
        return found.group(1);
    }
}
