package org.tornadogpt.bench.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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
        nothingIsLeft();
    }

    @Test
    void filesThatAreNotThereAreWrongUsage() throws Exception {
        assertThat(tgpt("kernels", "check", "None.java").code()).isEqualTo(2);
        assertThat(tgpt("train", "--kernels", "None.txt").out()).contains("kernels come from a .java or a .jar file");
    }
}
