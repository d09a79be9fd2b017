package org.tornadogpt.bench.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarOutputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.trainer.cli.Main;

/** Kernels from files, through the real entry point: what is right, what is wrong, and what misbehaves. */
@Tag("slow")
class ForeignKernelsTest {
    /** Only against hanging for ever: a busy machine may take its time. */
    private static final int SECONDS = 400;

    private static final String LOOP = "float max = -1e30f;";

    @TempDir
    private Path folder;

    private Path temporary;

    private record Ended(int code, String out) {}

    @BeforeEach
    void temporaryFolder() throws IOException {
        temporary = Files.createDirectory(folder.resolve("tmp"));
    }

    private Ended tgpt(String... args) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-Djava.io.tmpdir=" + temporary,
                "--add-modules",
                "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(args));
        Path out = folder.resolve("out");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
        return new Ended(process.exitValue(), Files.readString(out));
    }

    private void nothingIsLeft() throws IOException {
        try (Stream<Path> left = Files.list(temporary)) {
            assertThat(left.filter(f -> f.getFileName().toString().startsWith("tgpt")))
                    .isEmpty();
        }
    }

    /** The skeleton under another name with one line changed. */
    private String changed(String name, String from, String to) throws IOException {
        String text = Skeletons.of("attention").replace("TYPE", name).replace("NAME", name.toLowerCase(Locale.ROOT));
        assertThat(text).contains(from);
        Path file = folder.resolve(name + ".java");
        Files.writeString(file, text.replaceFirst(Pattern.quote(from), Matcher.quoteReplacement(to)));
        return file.getFileName().toString();
    }

    @Test
    void skeletonsCompileAndAreRight() throws Exception {
        for (String operation : List.of("attention", "matmul")) {
            assertThat(tgpt("kernels", "new", operation, "my" + operation).code())
                    .isZero();
            Ended checked = tgpt("kernels", "check", "My" + operation + ".java");
            assertThat(checked.out()).contains(operation + "=my" + operation + ": right", "all right");
            assertThat(checked.code()).isZero();
        }
        nothingIsLeft();
    }

    @Test
    void everyCommandKnowsTheirVariants() throws Exception {
        String file = changed("Mine", LOOP, LOOP);
        assertThat(tgpt("kernels", "--kernels", file).out())
                .containsPattern("attention +mine +log-sum-exp kept per row");
        Ended trained = tgpt(
                "train",
                "--preset",
                "quote",
                "--steps",
                "3",
                "--device",
                "sequential",
                "--run",
                "run",
                "--kernels",
                file,
                "--kernel",
                "attention=mine");
        assertThat(trained.code()).as(trained.out()).isZero();
        assertThat(Files.readString(folder.resolve("run/config.yaml"))).contains("mine");
        nothingIsLeft();
    }

    @Test
    void valuesAreTriedKeptAndUsedWhereAskedFor() throws Exception {
        String file = changed("Mine", "@Tunable({1, 4, 8, 16})", "@Tunable({4, 2})");
        Ended tuned = tgpt("kernels", "tune", file, "--device", "sequential", "--shapes", "1x1x32x8");
        assertThat(tuned.code()).as(tuned.out()).isZero();
        assertThat(tuned.out()).contains("1 of 2, KEYS=4: ", "2 of 2, KEYS=2: ", "best: KEYS=", "--tuned 1x1x32x8");
        Path kept = folder.resolve("Mine.tuned.yaml");
        Files.writeString(kept, Files.readString(kept).replaceFirst("KEYS: \\d", "KEYS: 2"));
        Ended asked = tgpt("kernels", "check", file, "--device", "sequential", "--tuned", "1x1x32x8");
        assertThat(asked.out()).contains("Mine.java with KEYS=2", "all right");
        Ended other = tgpt("kernels", "check", file, "--device", "cpu", "--tuned", "1x1x32x8");
        assertThat(other.code()).isEqualTo(2);
        assertThat(other.out()).contains("Mine.tuned.yaml has nothing for this device (cpu, ");
        assertThat(tgpt("kernels", "check", file).out()).doesNotContain("KEYS");
        nothingIsLeft();
    }

    @Test
    void jarsAreTakenAsTheyAre() throws Exception {
        Path classes = Files.createDirectory(folder.resolve("classes"));
        String source = changed("Mine", LOOP, LOOP);
        int compiled = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        null,
                        "-proc:none",
                        "-g",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-d",
                        classes.toString(),
                        folder.resolve(source).toString());
        assertThat(compiled).isZero();
        try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(folder.resolve("my.jar")))) {
            jar.putNextEntry(new ZipEntry("Mine.class"));
            jar.write(Files.readAllBytes(classes.resolve("Mine.class")));
            jar.putNextEntry(new ZipEntry("META-INF/services/" + Variant.class.getName()));
            jar.write("Mine\n".getBytes(StandardCharsets.UTF_8));
        }
        Files.delete(folder.resolve(source));
        assertThat(tgpt("kernels", "--kernels", "my.jar").out()).containsPattern("attention +mine ");
        Ended checked = tgpt("kernels", "check", "my.jar");
        assertThat(checked.code()).as(checked.out()).isZero();
        assertThat(checked.out()).contains("attention=mine: right");
        assertThat(tgpt("kernels", "tune", "my.jar").out()).contains("what is tuned is a .java file");
        nothingIsLeft();
    }

    @Test
    void whatDoesNotCompileIsToldLineByLine() throws Exception {
        Ended ended = tgpt("kernels", "check", changed("Broken", LOOP, "float max = \"no\"; undefined();"));
        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.out()).contains("Broken.java does not compile", "incompatible types", "cannot find symbol");
        assertThat(ended.out()).containsPattern("line \\d+: ");
        nothingIsLeft();
    }

    @Test
    void whatNeverEndsIsEnded() throws Exception {
        Ended ended = tgpt(
                "kernels", "check", changed("Endless", LOOP, LOOP + " while (T > 0) { max += 1f; }"), "--limit", "5s");
        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.out())
                .contains("ended after 5 s, the limit (--limit): a kernel of Endless.java may never end");
        nothingIsLeft();
    }

    @Test
    void whatTakesAllMemoryIsWrong() throws Exception {
        String hungry = " java.util.List<float[]> all = new java.util.ArrayList<>();"
                + " while (T > 0) { all.add(new float[1 << 20]); }";
        Ended ended = tgpt("kernels", "check", changed("Hungry", LOOP, LOOP + hungry), "--memory", "200m");
        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.out()).contains("the kernel takes more memory than there is");
        nothingIsLeft();
    }

    @Test
    void whatThrowsIsWrong() throws Exception {
        String thrown = " if (i == 5) { throw new IllegalStateException(\"planted\"); }";
        Ended ended = tgpt("kernels", "check", changed("Throws", LOOP, LOOP + thrown));
        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.out()).contains("attention=throws: WRONG", "java.lang.IllegalStateException: planted");
        Ended raced = tgpt("kernels", "race", "Throws.java", "--device", "sequential", "--shapes", "1x1x8x4");
        assertThat(raced.code()).isEqualTo(1);
        assertThat(raced.out())
                .contains("throws: WRONG: the kernel fails: java.lang.IllegalStateException: planted", "materialized");
        nothingIsLeft();
    }

    @Test
    void filesThatAreNotThereAreWrongUsage() throws Exception {
        assertThat(tgpt("kernels", "check", "None.java").code()).isEqualTo(2);
        assertThat(tgpt("train", "--kernels", "None.txt").out()).contains("kernels come from a .java or a .jar file");
    }
}
