package org.tornadogpt.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tornadogpt.trainer.cli.Main;

/**
 * What C2 says of inlining while the trainer runs with the launcher's options. A method that takes or returns vectors
 * and is not inlined makes each of them an object; C2 refuses, whatever the options say, where it has used up its
 * budget for the method around it.
 */
class InliningTest {
    private static final String OPTION = "-XX:CompileCommand=inline,*";
    private static final int SECONDS = 240;

    @TempDir
    private Path folder;

    @Test
    void theBudgetIsEnoughForMethodsThatMustBeInlined() throws IOException, InterruptedException {
        List<String> options = launcherOptions();
        List<Pattern> inlined = options.stream()
                .filter(option -> option.startsWith(OPTION))
                .map(option -> option.substring(OPTION.length()).replace("::*", "::"))
                .map(method -> Pattern.compile("[.]" + Pattern.quote(method)))
                .toList();
        List<String> said = trainAndListen(options);
        assertThat(said.stream().filter(line -> line.contains("force inline by CompileCommand")))
                .hasSizeGreaterThan(100);
        assertThat(said.stream().filter(line -> line.contains("NodeCountInliningCutoff")))
                .noneMatch(line ->
                        inlined.stream().anyMatch(method -> method.matcher(line).find()));
    }

    /** Seen: with the rules 1.3 kB a step after 350 steps, without 1.8 MB after 3,000. */
    @Test
    void withoutTheLauncherTheDeviceHandsTheRulesToC2() throws IOException, InterruptedException {
        assertThat(leastBytesPerStep("true", 3_000))
                .isLessThanOrEqualTo(AllocationProbe.NOTHING)
                .isLessThan(leastBytesPerStep("false", 500));
    }

    private long leastBytesPerStep(String inlining, int mostSteps) throws IOException, InterruptedException {
        List<String> said = listen(
                List.of("-Dtornadogpt.inlining=" + inlining),
                List.of(AllocationProbe.class.getName(), String.valueOf(mostSteps)));
        String last = said.getLast();
        return Long.parseLong(last.substring(last.lastIndexOf(' ') + 1));
    }

    /** As the launcher's own function prints them. */
    private static List<String> launcherOptions() throws IOException, InterruptedException {
        Process bash = new ProcessBuilder("bash", "-c", """
                                eval "$(sed -n '/^inlining_options()/,/^}/p; /^inlining_file()/,/^}/p' ../tgpt)"
                                inlining_options "$(inlining_file ..)"\
                                """).start();
        List<String> options = bash.inputReader().lines().toList();
        assertThat(bash.waitFor()).isZero();
        assertThat(options).hasSizeGreaterThan(20);
        return options;
    }

    private List<String> trainAndListen(List<String> options) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(options);
        all.addAll(List.of("-XX:+UnlockDiagnosticVMOptions", "-XX:+PrintInlining"));
        return listen(
                all,
                List.of(
                        Main.class.getName(),
                        "speed",
                        "--preset",
                        "quote",
                        "--device",
                        "cpu",
                        "--set",
                        "dropout=0.1",
                        "--steps",
                        "300"));
    }

    private List<String> listen(List<String> options, List<String> program) throws IOException, InterruptedException {
        File said = folder.resolve("said").toFile();
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(options);
        command.addAll(List.of("--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(program);
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(said)
                .start();
        try {
            assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).isZero();
        return Files.readAllLines(said.toPath());
    }
}
