package org.tornadogpt.trainer.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tornadogpt.trainer.launcher.World.Ended;

/**
 * {@code tgpt --install-jdk} with a server on this machine that answers as Adoptium's does, and a JDK of a few lines of
 * shell.
 */
@Timeout(240)
class InstallJdkTest {
    private static final String ARCHIVE = "OpenJDK25U-jdk_x64_linux_hotspot_25.0.3_9.tar.gz";
    private final Map<String, byte[]> served = new TreeMap<>();
    private final Map<String, String> asked = new TreeMap<>();
    private HttpServer server;

    @TempDir
    private Path folder;

    private World world;
    private Path project;

    @BeforeEach
    void startServer() throws Exception {
        world = new World(folder);
        project = world.unpacked("p");
        assumeTrue(world.bash("type curl tar").code() == 0, "there is no curl, or no tar, here");
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String path = exchange.getRequestURI().getPath();
            asked.put(path, String.valueOf(exchange.getRequestURI().getQuery()));
            byte[] answer = served.get(path);
            exchange.sendResponseHeaders(answer == null ? 404 : 200, answer == null ? -1 : answer.length);
            if (answer != null) {
                exchange.getResponseBody().write(answer);
            }
            exchange.close();
        });
        server.start();
        world.with("TGPT_JDK_SOURCE", address());
        world.jdk("made/jdk-25.0.3+9", "25.0.3", "");
        serve(archive());
    }

    @AfterEach
    void stopServer() {
        if (server != null) {
            server.stop(0);
        }
    }

    private String address() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private byte[] archive() throws Exception {
        Ended packed = world.bash("tar -czf archive -C made 'jdk-25.0.3+9'");
        assertThat(packed.code()).as(packed.toString()).isZero();
        return Files.readAllBytes(world.folder().resolve("archive"));
    }

    private void serve(byte[] archive) throws Exception {
        String sum =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(archive));
        served.put("/" + ARCHIVE, archive);
        serveAbout(sum);
    }

    private void serveAbout(String sum) {
        String about = """
            [
                {
                    "binary": {
                        "architecture": "x64",
                        "image_type": "jdk",
                        "installer": {"checksum": "00", "link": "http://nowhere/installer.pkg", "name": "installer.pkg"},
                        "os": "linux",
                        "package": {
                            "checksum": "SUM",
                            "checksum_link": "SERVER/sum.sha256.txt",
                            "download_count": 12,
                            "link": "SERVER/ARCHIVE",
                            "metadata_link": "SERVER/about.json",
                            "name": "ARCHIVE",
                            "signature_link": "SERVER/it.sig",
                            "size": 1234
                        },
                        "project": "jdk"
                    },
                    "release_name": "jdk-25.0.3+9",
                    "vendor": "eclipse"
                }
            ]
            """.replace("SUM", sum).replace("SERVER", address()).replace("ARCHIVE", ARCHIVE);
        served.put("/v3/assets/latest/25/hotspot", about.getBytes(StandardCharsets.UTF_8));
    }

    private Ended install() throws Exception {
        return world.bash("p/tgpt --install-jdk");
    }

    private void assertRefused(Ended ended, String... parts) throws IOException {
        assertThat(ended.code()).as(ended.toString()).isEqualTo(1);
        assertThat(ended.err()).contains(parts);
        try (Stream<Path> left = Files.list(project.resolve(".jdk"))) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void fetchesChecksAndIsFoundFromThenOn() throws Exception {
        Ended ended = install();
        assertThat(ended.code()).as(ended.toString()).isZero();
        Path home = project.resolve(".jdk/jdk-25.0.3+9");
        assertThat(ended.err())
                .contains("fetching " + address() + "/" + ARCHIVE, "checked by its SHA-256 and installed: " + home);
        assertThat(asked.get("/v3/assets/latest/25/hotspot"))
                .contains("image_type=jdk", "vendor=eclipse", "architecture=", "os=");
        assertThat(world.bash("unset JAVA_HOME; p/tgpt train").out()).contains("home=");
        assertThat(world.bash("unset JAVA_HOME; TGPT_DEBUG=1 p/tgpt train").err())
                .contains("tgpt: " + home + "/bin/java");
        try (Stream<Path> left = Files.list(project.resolve(".jdk"))) {
            assertThat(left).containsExactly(home);
        }
        assertThat(install().code()).as("once more").isZero();
    }

    @Test
    void anArchiveWithAnotherChecksumIsNotInstalled() throws Exception {
        serveAbout("0".repeat(64));
        assertRefused(install(), "does not have the checksum 0000", "nothing was installed");
        serve(archive());
        served.merge("/" + ARCHIVE, new byte[] {0}, (whole, ignored) -> Arrays.copyOf(whole, whole.length / 2));
        assertRefused(install(), "does not have the checksum");
    }

    @Test
    void withoutAServerOrAnAnswerItSaysWhatItWanted() throws Exception {
        served.remove("/" + ARCHIVE);
        assertRefused(install(), "cannot fetch " + address() + "/" + ARCHIVE);
        served.clear();
        assertRefused(install(), "cannot fetch " + address() + "/v3/assets/latest/25/hotspot?architecture=");
        served.put("/v3/assets/latest/25/hotspot", "[]".getBytes(StandardCharsets.UTF_8));
        assertRefused(install(), "names no archive with a checksum: is there a Temurin 25 for ");
        server.stop(0);
        assertRefused(install(), "cannot fetch " + address(), "without a network");
    }

    @Test
    void whatIsNoJdkIsNotInstalled() throws Exception {
        Files.delete(world.folder().resolve("made/jdk-25.0.3+9/bin/javac"));
        serve(archive());
        assertRefused(install(), "what was fetched is a Java without a compiler");
        world.program("made/jdk-25.0.3+9/bin/javac", "");
        world.program("made/jdk-25.0.3+9/bin/java", "exit 1");
        serve(archive());
        assertRefused(install(), "does not start on this machine");
        serve("no archive".getBytes(StandardCharsets.UTF_8));
        assertRefused(install(), "cannot unpack");
    }

    @Test
    void wgetWillDo() throws Exception {
        assumeTrue(world.bash("type wget").code() == 0, "there is no wget here");
        Ended ended = world.bash("command() { [[ $2 != curl ]]; }; export -f command; p/tgpt --install-jdk");
        assertThat(ended.code()).as(ended.toString()).isZero();
        assertThat(project.resolve(".jdk/jdk-25.0.3+9/bin/java")).exists();
    }
}
