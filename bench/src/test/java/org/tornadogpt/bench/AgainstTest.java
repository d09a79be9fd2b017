package org.tornadogpt.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tornadogpt.trainer.cli.ExitCode;
import org.tornadogpt.trainer.cli.Io;
import org.tornadogpt.trainer.cli.Main;
import org.tornadogpt.trainer.cli.Screen;

/** {@code tgpt speed --against}, on checkouts made of this build's own classes. */
class AgainstTest {
    private static final List<String> TINY = List.of(
            "speed",
            "--preset",
            "quote",
            "--device",
            "cpu",
            "--threads",
            "2",
            "--set",
            "batch=2",
            "--steps",
            "3",
            "--warmup",
            "1",
            "--repeats",
            "2");
    private static final String NOTHING = "<>";

    @TempDir
    private static Path folder;

    private static Path checkout;

    private record Run(int code, String out, String err) {
        JsonNode json() throws IOException {
            assertThat(code).as(err).isZero();
            return new ObjectMapper().readTree(out.lines().toList().getLast());
        }

        void isRefused(String... parts) {
            assertThat(err).startsWith("tgpt: ").contains(parts).hasLineCount(1);
            assertThat(code).isEqualTo(ExitCode.USAGE);
        }
    }

    private static Run tgpt(Stream<String> arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        Io io = new Io(new PrintWriter(out), new PrintWriter(err), () -> false, Screen.none());
        return new Run(Main.run(io, arguments.toArray(String[]::new)), out.toString(), err.toString());
    }

    private static Run tiny(Path against, String... more) {
        return tgpt(Stream.of(TINY.stream(), Stream.of("--against", against.toString()), Stream.of(more))
                .flatMap(part -> part));
    }

    /** What a build leaves; this module's classes without those whose names contain {@code left}. */
    private static Path checkout(String name, String left) throws IOException {
        Path made = Files.createDirectories(folder.resolve(name));
        Path lib = Files.createDirectories(made.resolve("bench/target/lib"));
        Files.writeString(made.resolve("bench/pom.xml"), "");
        Path bench = Path.of("target/classes").toAbsolutePath();
        for (String element : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            Path path = Path.of(element).toAbsolutePath();
            if (path.equals(bench)) {
                jar(path, left, made.resolve("bench/target/tornado-gpt-bench-1.jar"));
            } else if (path.endsWith("target/classes")) {
                Path module = path.getParent().getParent().getFileName();
                jar(path, NOTHING, lib.resolve("tornado-gpt-" + module + "-1.jar"));
            } else if (path.toString().endsWith(".jar")) {
                Files.copy(path, lib.resolve(path.getFileName()));
            }
        }
        // As after a build: its result is no older than its sources.
        Files.setLastModifiedTime(lib, FileTime.from(Instant.now().plusSeconds(60)));
        return made;
    }

    private static void jar(Path classes, String left, Path jar) throws IOException {
        List<Path> files = new ArrayList<>();
        try (Stream<Path> walk = Files.walk(classes)) {
            walk.filter(Files::isRegularFile).forEach(files::add);
        }
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
            for (Path file : files) {
                String name = classes.relativize(file).toString().replace(File.separatorChar, '/');
                if (!name.contains(left)) {
                    out.putNextEntry(new JarEntry(name));
                    Files.copy(file, out);
                }
            }
        }
    }

    @BeforeAll
    static void makeCheckout() throws IOException {
        checkout = checkout("same", NOTHING);
    }

    @Test
    void theSameBuildComputesTheSame() throws IOException {
        Run run = tiny(checkout, "--profile");
        JsonNode json = run.json();
        assertThat(json.get("lastLoss").floatValue()).isPositive();
        assertThat(json.get("againstLastLoss")).isEqualTo(json.get("lastLoss"));
        assertThat(json.get("largestLossDifference").doubleValue()).isZero();
        assertThat(json.get("against").textValue()).isEqualTo(checkout.toString());
        assertThat(json.get("medianStepMillis").doubleValue()).isPositive();
        assertThat(json.get("againstMedianStepMillis").doubleValue()).isPositive();
        assertThat(json.get("repeats")).hasSize(2);
        assertThat(json.get("interval")).hasSize(2);
        assertThat(json.get("quartiles")).hasSize(2);
        assertThat(json.get("steps").intValue()).isEqualTo(3);
        assertThat(json.get("operations")
                        .get("matmul.backwardWeight")
                        .get("ratio")
                        .doubleValue())
                .isPositive();
        assertThat(run.out())
                .contains("here: ", "against: " + checkout, "cpu: 2 threads", "adamw.step", "after 1 untimed")
                .contains("same settings", "losses are the same in every step, bit for bit");
    }

    @Test
    void settingsAndKernelsMayDiffer() throws IOException {
        Run run = tiny(
                checkout,
                "--repeats",
                "1",
                "--against-set",
                "threads=1",
                "--against-set",
                "activation=gelu_tanh",
                "--against-kernel",
                "matmul=naive",
                "--profile");
        JsonNode json = run.json();
        assertThat(run.out())
                .contains("cpu: 1 thread,", "only: [threads=1, activation=gelu_tanh, matmul=naive]")
                .contains("losses differ by up to");
        assertThat(json.get("largestLossDifference").doubleValue()).isPositive().isLessThan(1e-3);
        assertThat(json.get("againstSettings")).hasSize(3);
        // What naive does apart is a part of blocked's product.
        assertThat(json.get("operations").get("activation.forward").has("ratio"))
                .isFalse();
        assertThat(run.out()).containsPattern("activation.forward +0.000 .*-");
    }

    @Test
    void autoIsTheProcessor() throws IOException {
        assertThat(tiny(checkout, "--device", "auto", "--repeats", "1")
                        .json()
                        .get("device")
                        .textValue())
                .isEqualTo("cpu");
    }

    @Test
    void aBuildOlderThanTheCommandIsTimedByThisOne() throws IOException {
        Run run = tiny(checkout("older", "/ComparedSteps"), "--repeats", "1");
        assertThat(run.json().get("largestLossDifference").doubleValue()).isZero();
        assertThat(run.json().has("interval")).isFalse();
        assertThat(run.out()).contains("older than this command", "one repeat cannot tell");
    }

    @Test
    void aBuildThatDoesNotFitIsRefused() throws IOException {
        Path other = checkout("other", "/ComparedSteps");
        // In a build of the whole project the other modules are jars, whose version this test does not know.
        Path lib = other.resolve("bench/target/lib");
        try (DirectoryStream<Path> model = Files.newDirectoryStream(lib, "tornado-gpt-model-*")) {
            for (Path jar : model) {
                Files.delete(jar);
            }
        }
        tiny(other).isRefused("the build in " + other + " cannot be called by this one", "org/tornadogpt/model");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--against none|there is no folder",
                "--against pom.xml|there is no folder",
                "--against src|is no checkout of tornado-gpt (no bench/pom.xml)",
                "--against ''|--against needs a folder",
                "--against-set dropout=0|need --against",
                "--against-kernel matmul=naive|need --against",
                "--against|--against",
                "--against CHECKOUT --device tornado|not on tornado: a JVM loads TornadoVM",
                "--against CHECKOUT --against-set device=tornado:0:1|not on tornado:0:1",
                "--against CHECKOUT --device gpu|unknown device 'gpu'",
                "--against CHECKOUT --against-set lr=1|did you mean learningRate?",
                "--against CHECKOUT --against-set dropout|key=value",
                "--against CHECKOUT --against-kernel matmul=magic|no variant 'magic' of matmul",
                "--against CHECKOUT --steps 0|--steps must be at least 1",
                "--against CHECKOUT --repeats 0|--repeats must be at least 1",
                "--steps 0|--steps must be at least 1",
            })
    void usageErrors(String arguments, String message) {
        List<String> words = new ArrayList<>(List.of("speed"));
        for (String word : arguments.split(" ", -1)) {
            words.add(word.replace("CHECKOUT", checkout.toString()).replace("''", ""));
        }
        tgpt(words.stream()).isRefused(message);
    }

    @Test
    void aCheckoutThatIsNotBuiltIsRefused() throws IOException {
        Path bare = Files.createDirectories(folder.resolve("bare"));
        Files.createDirectories(bare.resolve("bench"));
        Files.writeString(bare.resolve("bench/pom.xml"), "");
        tiny(bare).isRefused(bare + " is not built", bare + "/tgpt --version' builds it");
    }

    @Test
    void aBuildOfOtherSourcesIsRefused() throws IOException {
        Path changed = checkout("changed", NOTHING);
        Path source = Files.createDirectories(changed.resolve("kernels/src/main/java"))
                .resolve("A.java");
        Files.writeString(source, "");
        Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(3600)));
        tiny(changed).isRefused("has changed since it was built (kernels/src/main/java/A.java)");
    }

    @Test
    void theHelpTellsWhatItIsFor() {
        Run help = tgpt(Stream.of("speed", "--help"));
        assertThat(help.code()).isZero();
        assertThat(help.out()).contains("--against=DIR", "--against-set", "--against-kernel", "noise floor");
    }
}
