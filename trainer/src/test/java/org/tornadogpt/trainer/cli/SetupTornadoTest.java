package org.tornadogpt.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code setup_tornado.sh} with a JDK, an SDK and a network that are made of a few lines of shell. */
@Timeout(120)
class SetupTornadoTest {
    private static final Path SCRIPT = Path.of("..", "setup_tornado.sh");
    private static final Path FINDER = Path.of("..", "tools", "launcher", "jdk.sh");
    private static final String VERSION = "5.2.0-jdk25";

    private final Map<String, String> environment = new TreeMap<>();

    @TempDir
    private Path folder;

    private Path project;

    private record Ended(int code, String output) {}

    @BeforeEach
    void makeAWorld() throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "there is no /bin/bash here");
        folder = folder.toRealPath();
        project = Files.createDirectories(folder.resolve("project"));
        Files.copy(SCRIPT, project.resolve("setup_tornado.sh"));
        Path parts = Files.createDirectories(project.resolve("tools/launcher"));
        Files.copy(FINDER, parts.resolve("jdk.sh"));
        program("bin/curl", "exit 6");
        environment.put("PATH", folder.resolve("bin") + ":/usr/bin:/bin");
        environment.put("HOME", Files.createDirectories(folder.resolve("home")).toString());
        environment.put("JAVA_HOME", jdk("jdk", "25.0.3").toString());
    }

    private Path program(String path, String body) throws IOException {
        Path file = folder.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/bash\n" + body + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        return file;
    }

    /** Its java finds one device and runs every kernel. */
    private Path jdk(String name, String version) throws IOException {
        program(name + "/bin/java", "echo 'Tornado device=0:0  (DEFAULT)'");
        Files.writeString(folder.resolve(name).resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
        return folder.resolve(name);
    }

    private Path sdk(String name, String version, String backend) throws IOException {
        Path sdk = folder.resolve(name);
        Path jars = Files.createDirectories(sdk.resolve("share/java/tornado"));
        Files.createFile(jars.resolve("tornado-api-" + version + ".jar"));
        Files.writeString(
                Files.createDirectories(sdk.resolve("etc")).resolve("tornado.backend"),
                "tornado.backends=" + backend + "-backend\n");
        Files.writeString(sdk.resolve("tornado-argfile.template"), "-Dx=${TORNADOVM_HOME}/lib\n");
        return sdk;
    }

    private Ended setup(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("/bin/bash", "./setup_tornado.sh"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(project.toFile()).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().putAll(environment);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), output);
    }

    private void assertRefused(Ended ended, String... parts) {
        assertThat(ended.code()).as(ended.output()).isEqualTo(1);
        assertThat(ended.output()).contains(parts);
    }

    @Test
    void aGoodSdkGetsItsArgumentFileAndIsRememberedAndOnceMoreChangesNothing() throws Exception {
        Path sdk = sdk("sdk", VERSION, "opencl");
        environment.put("TORNADOVM_HOME", sdk.toString());
        Ended first = setup();
        assertThat(first.code()).as(first.output()).isZero();
        assertThat(first.output()).contains("made " + sdk, "Tornado device=0:0", "a small kernel ran", "noted in");
        assertThat(sdk.resolve("tornado-argfile")).hasContent("-Dx=" + sdk + "/lib");
        assertThat(project.resolve(".tornadovm/home")).hasContent(sdk.toString());
        environment.remove("TORNADOVM_HOME");
        Ended second = setup();
        assertThat(second.code()).as(second.output()).isZero();
        assertThat(second.output()).contains(sdk.toString()).doesNotContain("made", "noted");
    }

    @Test
    void anSdkThatWasMovedGetsANewArgumentFile() throws Exception {
        Path sdk = sdk("sdk", VERSION, "opencl");
        Files.writeString(sdk.resolve("tornado-argfile"), "-Dx=/elsewhere/lib\n");
        environment.put("TORNADOVM_HOME", sdk.toString());
        assertRefused(setup("--check"), "run this without --check");
        assertThat(setup().code()).isZero();
        assertThat(sdk.resolve("tornado-argfile")).hasContent("-Dx=" + sdk + "/lib");
    }

    @Test
    void checkChangesNothing() throws Exception {
        environment.put("TORNADOVM_HOME", sdk("sdk", VERSION, "opencl").toString());
        assertThat(setup().code()).isZero();
        Files.delete(project.resolve(".tornadovm/home"));
        Ended ended = setup("--check");
        assertThat(ended.code()).as(ended.output()).isZero();
        assertThat(project.resolve(".tornadovm/home")).doesNotExist();
    }

    @Test
    void withoutANetworkItSaysWhatToFetchAndWhereToPutIt() throws Exception {
        Ended ended = setup("--backend", "ptx");
        assertRefused(
                ended,
                "cannot download https://github.com/beehive-lab/TornadoVM/releases/download/v" + VERSION,
                "-ptx-",
                "put it at " + project.resolve(".tornadovm"));
        assertThat(ended.output()).doesNotContain("\n\n");
    }

    @Test
    void aFolderThatIsNoSdkIsRefused() throws Exception {
        environment.put("TORNADOVM_HOME", folder.toString());
        assertRefused(setup(), "TORNADOVM_HOME is " + folder, "no TornadoVM SDK");
        assertRefused(setup("--check"), "no TornadoVM SDK");
    }

    /** As tgpt, which then runs with the same one. */
    @Test
    void aJavaThatWillNotDoIsNamedAndAnotherTaken() throws Exception {
        environment.put("TORNADOVM_HOME", sdk("sdk", VERSION, "opencl").toString());
        Path good = jdk("project/.jdk/25", "25.0.3");
        environment.put("JAVA_HOME", jdk("old", "17.0.12").toString());
        Ended old = setup();
        assertThat(old.code()).as(old.output()).isZero();
        assertThat(old.output()).contains("JAVA_HOME is " + folder.resolve("old") + ", Java 17; using " + good);
        environment.put("JAVA_HOME", "/nowhere");
        Ended none = setup();
        assertThat(none.code()).as(none.output()).isZero();
        assertThat(none.output()).contains("JAVA_HOME is /nowhere, no Java", "; using " + good);
    }

    @Test
    void anSdkWhosePathHasAColonIsRefused() throws Exception {
        environment.put("TORNADOVM_HOME", sdk("a:b", VERSION, "opencl").toString());
        assertRefused(setup(), "a:b has a colon");
    }

    @Test
    void withoutAHomeItWorksToo() throws Exception {
        environment.remove("HOME");
        environment.put("CDPATH", "/");
        environment.put("TORNADOVM_HOME", sdk("sdk", VERSION, "opencl").toString());
        Ended ended = setup();
        assertThat(ended.code()).as(ended.output()).isZero();
    }

    @Test
    void aBackEndThatIsMissingOrUnknownIsRefused() throws Exception {
        assertRefused(setup("--backend"), "--backend needs a value: opencl, ptx or cuda");
        assertRefused(setup("--backend", "metal"), "unknown back end 'metal'; there are opencl, ptx, cuda");
    }

    @Test
    void anotherVersionIsRefusedAndElsewhereLeftAside() throws Exception {
        environment.put("TORNADOVM_HOME", sdk("other", "4.0.1-jdk21", "opencl").toString());
        assertRefused(setup(), "4.0.1-jdk21", "needs " + VERSION);
        environment.remove("TORNADOVM_HOME");
        sdk("home/.sdkman/candidates/tornadovm/4.0.1-jdk21", "4.0.1-jdk21", "opencl");
        assertRefused(setup("--check"), "left aside", "4.0.1-jdk21", "no TornadoVM SDK");
    }

    @Test
    void anSdkWithAnotherBackEndThanAskedForIsRefused() throws Exception {
        environment.put("TORNADOVM_HOME", sdk("sdk", VERSION, "opencl").toString());
        assertRefused(setup("--backend", "cuda"), "opencl-backend, not cuda");
    }

    @Test
    void withoutADeviceOrWithAKernelThatFailsItIsRefused() throws Exception {
        environment.put("TORNADOVM_HOME", sdk("sdk", VERSION, "opencl").toString());
        program("jdk/bin/java", "echo 'Number of Tornado drivers: 0'");
        assertRefused(setup(), "finds no device");
        program("jdk/bin/java", "[[ $* == *ArrayAddInt* ]] && { echo 'it burns'; exit 1; }; echo 'Tornado device=0:0'");
        assertRefused(setup(), "a small kernel failed: it burns");
        program("jdk/bin/java", "echo 'no such option'; exit 1");
        assertRefused(setup(), "does not start: no such option");
    }
}
