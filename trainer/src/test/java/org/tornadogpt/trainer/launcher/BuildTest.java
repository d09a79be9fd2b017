package org.tornadogpt.trainer.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tornadogpt.trainer.launcher.World.Ended;

/**
 * When {@code tgpt} builds, with a Maven that is a few lines of shell: it does what the build's first and last steps
 * do, and leaves jars.
 */
@Timeout(240)
class BuildTest {
    private static final String SOURCE = "kernels/src/main/java/A.java";

    @TempDir
    private Path folder;

    private World world;
    private Path project;

    @BeforeEach
    void makeAWorld() throws IOException {
        world = new World(folder);
        project = world.folder().resolve("p");
        Files.createDirectories(project.resolve("bench"));
        World.copyLauncher(project);
        write("pom.xml", "<project/>");
        write("kernels/pom.xml", "<project/>");
        write(SOURCE, "class A {}");
        world.with("JAVA_HOME", world.jdk("jdk", "25", ""));
        maven("3.9.9", "");
    }

    private void write(String file, String text) throws IOException {
        Path path = project.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text + "\n");
    }

    /** @param during what happens between the first step and the last */
    private void maven(String version, String during) throws IOException {
        world.program("bin/mvn", """
                if [[ $1 == -v ]]; then echo 'Apache Maven %s (abc)'; exit; fi
                echo "$*" >>%s/built
                cd %s
                sh tools/launcher/stamp.sh begin
                echo '[INFO] Building tornado-gpt: kernels 0.1.0-SNAPSHOT          [3/6]'
                %s
                rm -rf bench/target/lib
                mkdir -p bench/target/lib
                touch bench/target/lib/tornado-gpt-trainer-1.jar bench/target/tornado-gpt-bench-1.jar
                sh tools/launcher/stamp.sh end
                """.formatted(version, world.folder(), project, during));
    }

    private Ended start() throws IOException, InterruptedException {
        return world.bash("p/tgpt --version");
    }

    private void assertBuilds(int builds, Ended ended) throws IOException {
        assertThat(ended.code()).as(ended.toString()).isZero();
        Path built = world.folder().resolve("built");
        assertThat(Files.exists(built) ? Files.readAllLines(built) : List.of()).hasSize(builds);
    }

    /** As of a tree that was copied, or of a branch that was left and taken again. */
    private void makeAllFresh() throws IOException {
        FileTime fresh = FileTime.from(Instant.now().plusSeconds(10));
        try (Stream<Path> files = Files.walk(project)) {
            for (Path file :
                    files.filter(f -> !f.startsWith(project.resolve("bench"))).toList()) {
                Files.setLastModifiedTime(file, fresh);
            }
        }
    }

    @Test
    void buildsOnceWithoutTestsAndSaysWhatItDoes() throws IOException, InterruptedException {
        Ended first = start();
        assertBuilds(1, first);
        assertThat(first.err())
                .contains("building with Maven and " + world.folder().resolve("jdk"), "  [3/6] kernels")
                .containsPattern("built in \\d+ s");
        assertThat(first.out())
                .contains("argument=" + project.resolve("bench/target/lib/*") + ":"
                        + project.resolve("bench/target/tornado-gpt-bench-1.jar"));
        assertThat(Files.readString(world.folder().resolve("built"))).contains("-Dmaven.test.skip=true", " package");
        Ended second = start();
        assertBuilds(1, second);
        assertThat(second.err()).isEmpty();
    }

    @Test
    void freshTimesAloneAreNoReason() throws IOException, InterruptedException {
        assertBuilds(1, start());
        makeAllFresh();
        assertBuilds(1, start());
        FileTime noted = Files.getLastModifiedTime(project.resolve("bench/target/lib"));
        assertThat(noted.toInstant())
                .as("so that contents are not compared again")
                .isAfter(Instant.now().minusSeconds(60));
    }

    @Test
    void otherContentsAre() throws IOException, InterruptedException {
        assertBuilds(1, start());
        write(SOURCE, "class A { }");
        makeAllFresh();
        assertBuilds(2, start());
        write("kernels/src/main/java/B.java", "class B {}");
        makeAllFresh();
        assertBuilds(3, start());
        Files.delete(project.resolve(SOURCE));
        makeAllFresh();
        assertBuilds(4, start());
        Files.move(project.resolve("kernels/src/main/java/B.java"), project.resolve("kernels/src/main/java/C.java"));
        makeAllFresh();
        assertBuilds(5, start());
    }

    private Path sdk(String version) throws IOException {
        Path sdk = world.folder().resolve("sdk-" + version);
        Path modules = Files.createDirectories(sdk.resolve("share/java/tornado"));
        Files.writeString(modules.resolve("tornado-api-" + version + ".jar"), "");
        return sdk;
    }

    /** Kernels for tensor cores are built with the SDK's API, if it is new enough. */
    @Test
    void anSdkThatHasComeIs() throws IOException, InterruptedException {
        assertBuilds(1, start());
        world.with("TORNADOVM_HOME", sdk("4.0.1-jdk21"));
        assertBuilds(1, start());
        maven("3.9.9", "echo \"$TORNADOVM_HOME\" >with");
        world.with("TORNADOVM_HOME", sdk("5.10.0-jdk25"));
        assertBuilds(2, start());
        assertThat(Files.readString(project.resolve("with")).strip()).endsWith("sdk-5.10.0-jdk25");
        Files.writeString(project.resolve("bench/target/lib/tornado-gpt-tensorcores-1.jar"), "");
        assertBuilds(2, start());
    }

    @Test
    void whatIsEditedWhileTheBuildRunsIsBuiltNextTime() throws IOException, InterruptedException {
        maven("3.9.9", "sleep 0.1; [[ -e edited ]] || echo 'class A { }' >" + SOURCE + "; touch edited");
        assertBuilds(1, start());
        assertBuilds(2, start());
        assertBuilds(2, start());
    }

    @Test
    void aBuildThatWasBrokenOffIsNone() throws IOException, InterruptedException {
        maven("3.9.9", "echo '[ERROR] it burns'; exit 1");
        Ended failed = start();
        assertThat(failed.code()).isEqualTo(1);
        assertThat(failed.err())
                .contains("[ERROR] it burns", "the build failed; all that Maven said is in " + project)
                .doesNotContain("built in");
        assertThat(project.resolve("target/tgpt-build.lock")).doesNotExist();
        maven("3.9.9", "");
        assertBuilds(2, start());
        Files.delete(project.resolve("bench/target/lib/sources.sum"));
        assertBuilds(3, start());
    }

    @Test
    void aMavenThatIsTooOldIsRefused() throws IOException, InterruptedException {
        maven("3.6.3", "");
        Ended ended = start();
        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.err()).hasLineCount(1).contains("this Maven is 3.6.3; building needs 3.8.7 or newer: ");
        maven("3.10.0", "");
        assertBuilds(1, start());
        maven("4.0.0", "");
        write(SOURCE, "class A { int a; }");
        makeAllFresh();
        assertBuilds(2, start());
    }

    @Test
    void withoutMavenItSaysSo() throws IOException, InterruptedException {
        Ended ended = world.bash("command() { [[ $2 != mvn ]]; }; export -f command; p/tgpt --version");
        assertThat(ended.code()).as(ended.toString()).isEqualTo(1);
        assertThat(ended.err()).hasLineCount(1).contains("building needs Maven 3.8.7 or newer on PATH: ");
    }

    @Test
    void aJavaWithoutACompilerRunsButDoesNotBuild() throws IOException, InterruptedException {
        Path runtime = world.jdk("runtime", "25", "");
        Files.delete(runtime.resolve("bin/javac"));
        Files.createDirectories(project.resolve(".jdk"));
        Files.createSymbolicLink(project.resolve(".jdk/25"), world.folder().resolve("jdk"));
        world.with("JAVA_HOME", runtime);
        Ended first = start();
        assertBuilds(1, first);
        assertThat(first.err()).contains("JAVA_HOME is " + runtime + ", a Java without a compiler; using " + project);
        assertThat(start().out()).contains("home=" + runtime);
    }

    @Test
    void twoAtOnceBuildOnce() throws IOException, InterruptedException {
        maven("3.9.9", "sleep 1");
        Ended ended = world.bash("p/tgpt --version & sleep 0.3; p/tgpt --version; wait");
        assertBuilds(1, ended);
        assertThat(ended.err()).containsPattern("another tgpt \\(process \\d+\\) is building here; waiting for it");
        assertThat(ended.out().lines().filter(line -> line.startsWith("home="))).hasSize(2);
    }

    @Test
    void aLockOfAProcessThatIsGoneIsNone() throws IOException, InterruptedException {
        Ended ended = world.bash(
                "mkdir -p p/target/tgpt-build.lock; bash -c 'echo $$' >p/target/tgpt-build.lock/pid; p/tgpt --version");
        assertBuilds(1, ended);
    }

    @Test
    void aPlaceThatCannotBeWrittenToRunsWhatIsWhole() throws IOException, InterruptedException {
        assertBuilds(1, start());
        Ended probe = world.bash("chmod -R a-w p; ! touch p/target/probe");
        assumeFalse(probe.code() != 0, "this user may write everywhere");
        assertBuilds(1, start());
        world.bash("chmod -R u+w p");
        write(SOURCE, "class A { }");
        makeAllFresh();
        world.bash("chmod -R a-w p");
        Ended refused = start();
        world.bash("chmod -R u+w p");
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err()).hasLineCount(1).contains("cannot be written to");
    }

    @Test
    void aPathWithAColonIsBuiltThroughALink() throws IOException, InterruptedException {
        Files.move(project, world.folder().resolve("a:b"));
        project = world.folder().resolve("a:b");
        maven("3.9.9", "");
        Ended ended = world.bash("a:b/tgpt --version");
        assertBuilds(1, ended);
        assertThat(Files.readString(world.folder().resolve("built")))
                .containsPattern("-f " + world.folder() + "/tmp/tgpt-[^:]*/pom.xml");
    }
}
