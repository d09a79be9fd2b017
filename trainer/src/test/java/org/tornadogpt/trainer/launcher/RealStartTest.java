package org.tornadogpt.trainer.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tornadogpt.trainer.launcher.World.Ended;

/** {@code tgpt} with this JDK and this program, unpacked as users have it. */
@Timeout(600)
class RealStartTest {
    private static final String TINY =
            " train --preset quote --device sequential --steps 2 --set layers=1 --set channels=8"
                    + " --set heads=1 --set evalBatches=1 --set sampleLength=3";
    private static final Pattern TEST_LIBRARIES =
            Pattern.compile("junit|jqwik|assertj|byte-buddy|opentest4j|apiguardian|jspecify");
    private static final String ESCAPE = "\033";

    @TempDir
    private static Path shared;

    @TempDir
    private Path folder;

    private World world;

    @BeforeAll
    static void packJars() throws IOException {
        Path lib = Files.createDirectories(shared.resolve("lib"));
        int folders = 0;
        for (String entry : List.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))) {
            Path path = Path.of(entry).toRealPath();
            String name = path.getFileName().toString();
            if (Files.isDirectory(path)) {
                pack(path, lib.resolve("folder" + folders++ + ".jar"));
            } else if (!TEST_LIBRARIES.matcher(name).lookingAt()) {
                Files.copy(path, lib.resolve(name));
            }
        }
    }

    private static void pack(Path classes, Path jar) throws IOException {
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file);
                Stream<Path> files = Files.walk(classes)) {
            for (Path path : files.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(
                        new JarEntry(classes.relativize(path).toString().replace(File.separatorChar, '/')));
                Files.copy(path, out);
                out.closeEntry();
            }
        }
    }

    @BeforeEach
    void makeAWorld() throws IOException {
        world = new World(folder);
        world.with("JAVA_HOME", System.getProperty("java.home"));
        Path project = Files.createDirectories(world.folder().resolve("p"));
        Files.createDirectory(project.resolve("lib"));
        try (Stream<Path> jars = Files.list(shared.resolve("lib"))) {
            for (Path jar : jars.toList()) {
                Files.createLink(
                        project.resolve("lib").resolve(jar.getFileName().toString()), jar);
            }
        }
        World.copyLauncher(project);
    }

    @Test
    void argumentsKeepTheirLettersWhateverTheLocale() throws IOException, InterruptedException {
        Ended ended = world.with("LANG", "xx_YY.UTF-8").bash("p/tgpt presets Größe→");
        assertThat(ended.code()).isEqualTo(2);
        assertThat(ended.err()).hasLineCount(1).startsWith("tgpt: unknown preset 'Größe→'; there are ");
    }

    @Test
    void aColonInThePathAndOptionsFromTheEnvironment() throws IOException, InterruptedException {
        Files.move(world.folder().resolve("p"), world.folder().resolve("a:b"));
        Ended ended = world.with("JDK_JAVA_OPTIONS", "-Duser.language=de -Duser.country=DE")
                .without("HOME")
                .bash("a:b/tgpt" + TINY + " --run r");
        assertThat(ended.code()).as(ended.toString()).isZero();
        assertThat(ended.err()).hasLineCount(1).startsWith("NOTE: Picked up JDK_JAVA_OPTIONS");
        assertThat(ended.out()).containsPattern("train=\\d\\.\\d{4} val=\\d\\.\\d{4} ");
        for (String file : List.of("config.yaml", "metrics.jsonl")) {
            assertThat(Files.readString(world.folder().resolve("r").resolve(file)))
                    .doesNotContainPattern("\\d,\\d");
        }
    }

    @Test
    void whatWasSaidLastIsThereWhenItEnds() throws IOException, InterruptedException {
        world.program("bin/cat", "sleep 0.5; exec /bin/cat");
        Ended ended = world.bash("p/tgpt trian 2>said; code=$?; /bin/cp said seen; exit $code");
        assertThat(ended.code()).as(ended.toString()).isEqualTo(2);
        assertThat(world.folder().resolve("seen")).content().contains("'trian'");
    }

    @Test
    void sixtyFourFilesAreEnough() throws IOException, InterruptedException {
        Ended ended = world.bash("ulimit -n 64; p/tgpt" + TINY + " --run r");
        assertThat(ended.code()).as(ended.toString()).isZero();
    }

    @Test
    void sixteenMegabytesOfHeapAreEnoughOrItSaysSo() throws IOException, InterruptedException {
        world.with("TGPT_JAVA_OPTS", "-Xmx16m");
        Ended little = world.bash("p/tgpt" + TINY + " --run r");
        assertThat(little.code()).as(little.toString()).isZero();
        Ended much = world.bash("p/tgpt train --device sequential --run s");
        assertThat(much.code()).isEqualTo(1);
        assertThat(much.err())
                .hasLineCount(1)
                .startsWith("tgpt: the text jdk does not fit this JVM's memory of 16 MB")
                .contains("TGPT_JAVA_OPTS=-Xmx");
    }

    /** As {@code script} (util-linux) makes it, of 80 columns. */
    private String onTerminal(String command) throws IOException, InterruptedException {
        assumeTrue(
                world.bash("script -qec true /dev/null").code() == 0,
                "there is no script of util-linux here, which makes a terminal");
        return world.with("TERM", "xterm")
                .run(List.of("script", "-qec", "stty cols 80; " + command, "/dev/null"))
                .out();
    }

    private static void assertFits(String output) {
        assertThat(output.split("[\\r\\n]+"))
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line.replaceAll(ESCAPE + "\\[[0-9;]*[A-Za-z]", ""))
                        .hasSizeLessThanOrEqualTo(80));
    }

    @Test
    void onATerminalEverythingFitsAndTheBestIsGreen() throws IOException, InterruptedException {
        String output = onTerminal("p/tgpt" + TINY + " --run r");
        assertFits(output);
        assertThat(output).contains(ESCAPE + "[1;32m<< best!" + ESCAPE + "[0m", "2/2 (");
        assertThat(output).containsPattern("device +sequential");
        String plain = onTerminal("NO_COLOR=1 p/tgpt" + TINY + " --run s");
        assertThat(plain).contains("<< best!").doesNotContain(ESCAPE + "[1;32m");
    }

    @Test
    void onATerminalErrorsAreRed() throws IOException, InterruptedException {
        String error = onTerminal("p/tgpt foo");
        assertThat(error).startsWith(ESCAPE + "[1;31mtgpt: " + ESCAPE + "[0munknown command 'foo'; ");
        assertThat(onTerminal("p/tgpt --color never foo")).startsWith("tgpt: unknown command");
        Ended piped = world.bash("p/tgpt foo --color=always");
        assertThat(piped.err()).startsWith(ESCAPE + "[1;31mtgpt: ").hasLineCount(1);
    }
}
