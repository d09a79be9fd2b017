package org.tornadogpt.trainer.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tornadogpt.trainer.launcher.World.Ended;

/**
 * {@code tgpt} in environments that lack something, or have something odd: it starts the right Java rightly, or says in
 * one line why not.
 */
@Timeout(240)
class EnvironmentsTest {
    private static final String ALL_MODULES =
            "java.base java.desktop java.logging java.management java.net.http java.xml"
                    + " jdk.incubator.vector jdk.management jdk.unsupported";

    @TempDir
    private Path folder;

    private World world;

    /**
     * A row of the table.
     *
     * @param name of the environment
     * @param script run in bash in the world's folder; the launcher is at {@code p/tgpt}, a JDK at {@code jdk}
     * @param code expected
     * @param out patterns, each to be found in standard output
     * @param err all of standard error but for the line's end, {@code %} standing for the world's folder
     */
    record Row(String name, String script, int code, List<String> out, String err) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Row works(String name, String script, String... out) {
        return new Row(name, script, 0, List.of(out), "");
    }

    private static Row saying(String name, String script, String err, String... out) {
        return new Row(name, script, 0, List.of(out), err);
    }

    private static Row refused(String name, String script, String err) {
        return new Row(name, script, 1, List.of(), err);
    }

    static Stream<Row> rows() {
        String noVector = "a Java without the module jdk.incubator.vector";
        return Stream.of(
                works(
                        "ordinary",
                        "p/tgpt train --seed 1",
                        "home=%/jdk\n",
                        "argument=train\nargument=--seed\nargument=1\n"),
                works("no HOME", "unset HOME; p/tgpt train", "argument=train"),
                works(
                        "CDPATH",
                        "mkdir -p elsewhere/p; export CDPATH=%/elsewhere:%; p/tgpt train",
                        "argument=%/p/lib/[*]\n"),
                works("through a link", "ln -s p/tgpt link; ./link train", "argument=%/p/lib/[*]\n"),
                works(
                        "spaces and signs in the path",
                        "cp -r p 'a [b] *\"c'; 'a [b] *\"c/tgpt' train",
                        "argument=%/a \\[b\\] [*]\"c/lib/[*]\n"),
                works(
                        "a colon in the path",
                        "cp -r p a:b; a:b/tgpt train",
                        "argument=%/tmp/tgpt-\\d+/[0-9-]+/lib/[*]\n"),
                refused(
                        "a colon, and no place for a link",
                        "cp -r p a:b; TMPDIR=/proc a:b/tgpt train",
                        "tgpt: the path %/a:b has a colon, which Java's class path cannot have, and no link to it can be made in"
                                + " /proc/tgpt-\\d+: rename it"),
                works("a locale that is not installed", "LANG=xx_YY.UTF-8 p/tgpt train", "LC_ALL=C.UTF-8\n"),
                works("the locale C", "LC_ALL=C p/tgpt train", "LC_ALL=C.UTF-8\n"),
                works("a locale that will do", "p/tgpt train", "LC_ALL=\n"),
                works("no Java but in JAVA_HOME", "PATH=/usr/bin:/bin p/tgpt train", "home=%/jdk\n"),
                saying(
                        "JAVA_HOME is nowhere",
                        "mkdir p/.jdk; cp -r jdk p/.jdk/25; JAVA_HOME=/nowhere p/tgpt train",
                        "tgpt: JAVA_HOME is /nowhere, no Java .*; using %/p/.jdk/25",
                        "argument=train"),
                saying(
                        "JAVA_HOME is too old",
                        "mkdir p/.jdk; cp -r jdk p/.jdk/25; JAVA_HOME=%/old p/tgpt train",
                        "tgpt: JAVA_HOME is %/old, Java 17; using %/p/.jdk/25",
                        "argument=train"),
                saying(
                        "JAVA_HOME has no vectors",
                        "mkdir p/.jdk; cp -r jdk p/.jdk/25; JAVA_HOME=%/narrow p/tgpt train",
                        "tgpt: JAVA_HOME is %/narrow, " + noVector + "; using %/p/.jdk/25",
                        "argument=train"),
                works("JAVA_HOME does not tell its modules", "JAVA_HOME=%/silent p/tgpt train", "home=%/silent\n"),
                works("a runtime of its own", "cp -r jdk p/runtime; JAVA_HOME=%/old p/tgpt train", "argument=train"),
                works(
                        "a java on PATH that picks one",
                        "unset JAVA_HOME; mkdir bin; cp picker bin/java; p/tgpt train",
                        "home=%/jdk\n"),
                works("options before the command", "p/tgpt --color always train", "argument=-Xlog:cds[*]=off\n"),
                works("no command", "p/tgpt --version", "argument=--version\n"),
                works("not on a terminal", "p/tgpt train", "TGPT_TERMINAL=\n"),
                works(
                        "options for the JVM",
                        "TGPT_JAVA_OPTS='-Xmx1g  -Da=b' p/tgpt train",
                        "argument=-Xmx1g\nargument=-Da=b\n"),
                saying(
                        "options from the environment",
                        "JAVA_HOME=%/noisy p/tgpt train",
                        "NOTE: Picked up JDK_JAVA_OPTIONS: -Xmx1g\nPicked up JAVA_TOOL_OPTIONS: -Da=b\nhello"),
                refused(
                        "24 files",
                        "ulimit -n 24; p/tgpt train",
                        "tgpt: only 24 files may be open at a time, 64 are needed: raise the limit \\(ulimit -n\\)"));
    }

    @BeforeEach
    void makeAWorld() throws IOException {
        world = new World(folder);
        world.unpacked("p");
        world.with("JAVA_HOME", world.jdk("jdk", "25.0.3", ALL_MODULES));
        world.jdk("old", "17.0.12", ALL_MODULES);
        world.jdk("narrow", "25", ALL_MODULES.replace("jdk.incubator.vector ", ""));
        world.jdk("silent", "26-ea", "");
        world.jdk("noisy", "25", ALL_MODULES);
        world.program(
                "noisy/bin/java",
                "printf '%s\\n' 'NOTE: Picked up JDK_JAVA_OPTIONS: -Xmx1g' 'Picked up JAVA_TOOL_OPTIONS: -Da=b'"
                        + " 'WARNING: Using incubator modules: jdk.incubator.vector' hello >&2");
        world.program(
                "picker",
                "[[ $1 == -XshowSettings:properties ]] && echo '    java.home = "
                        + world.folder().resolve("jdk") + "' >&2");
    }

    @ParameterizedTest
    @MethodSource("rows")
    void startsOrSaysWhyNot(Row row) throws IOException, InterruptedException {
        Ended ended = world.bash(inWorld(row.script()));
        assertThat(ended.code()).as(ended.toString()).isEqualTo(row.code());
        for (String pattern : row.out()) {
            assertThat(ended.out()).containsPattern(inWorld(pattern));
        }
        assertThat(ended.err().strip()).matches(inWorld(row.err()));
    }

    private String inWorld(String text) {
        return text.replace("%", world.folder().toString());
    }

    @Test
    void withoutAJavaItNamesCommandsThatGetOne() throws IOException, InterruptedException {
        world.program("bin/apt-get", "");
        world.program("bin/apt-cache", "[[ $1 == show && $2 == openjdk-25-jdk ]]");
        world.program("bin/dnf", "");
        world.program("bin/brew", "");
        world.program("bin/winget", "");
        Files.createDirectories(world.folder().resolve("home/.sdkman"));
        Ended ended = find("JAVA_HOME=/nowhere");
        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.out()).isEmpty();
        assertThat(ended.err().lines().findFirst().orElseThrow())
                .startsWith("tgpt: no JDK 25 or newer (JAVA_HOME is /nowhere, no Java")
                .endsWith("get one with");
        assertThat(ended.err())
                .contains(
                        "  ./tgpt --install-jdk",
                        "apt-get install openjdk-25-jdk",
                        "dnf install java-25-openjdk-devel",
                        "  brew install openjdk@25",
                        "  sdk install java ",
                        "  winget install EclipseAdoptium.Temurin.25.JDK");
    }

    @Test
    void aPackageThatThisReleaseDoesNotHaveIsNotNamed() throws IOException, InterruptedException {
        world.program("bin/apt-get", "");
        world.program("bin/apt-cache", "exit 100");
        assertThat(find("unset JAVA_HOME").err())
                .contains("--install-jdk")
                .doesNotContain("install openjdk", "dnf", "sdk");
    }

    /**
     * Where the usual places hold no Java, whatever this machine has; its own package manager is found through the
     * world's programs only.
     */
    private Ended find(String before) throws IOException, InterruptedException {
        return world.bash("say() { printf 'tgpt: %s\\n' \"$*\" >&2; }; source p/tools/launcher/jdk.sh; " + before
                + "; find_candidates() { candidates=(/nowhere); }; command() { [[ -x bin/$2 ]]; };"
                + " has_package_lists() { true; }; find_jdk p");
    }
}
