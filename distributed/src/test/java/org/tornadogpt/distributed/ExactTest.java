package org.tornadogpt.distributed;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Several ranks against one process, through the command line. */
@Tag("slow")
class ExactTest {
    private static final int STEPS = 8;

    @TempDir
    private Path folder;

    private Path text;

    @BeforeEach
    void writeText() throws Exception {
        MpiRun.assumeInstalled();
        text = TinyTraining.text(folder);
    }

    private Path alone(int microSteps, String... more) throws Exception {
        Path run = folder.resolve("alone-" + microSteps);
        MpiRun.Result result = TinyTraining.alone(
                TinyTraining.train(text, run, STEPS, with(more, "--set", "microSteps=" + microSteps)));
        assertThat(result.code()).as(result.err()).isZero();
        return run;
    }

    private static String[] with(String[] some, String... more) {
        return Stream.of(some, more).flatMap(Arrays::stream).toArray(String[]::new);
    }

    /** The last pair: more rounds than one in a step. */
    @ParameterizedTest
    @CsvSource({"2, 2", "3, 3", "4, 4", "2, 6"})
    void ranksGiveTheBitsOfOneProcessWithAsManyMicroSteps(int ranks, int microSteps) throws Exception {
        Path one = alone(microSteps);
        Path run = folder.resolve("ranks");
        String[] arguments = TinyTraining.train(text, run, STEPS);
        if (ranks != microSteps) {
            arguments = with(arguments, "--set", "microSteps=" + microSteps);
        }
        MpiRun.Result result = MpiRun.run(ranks, TinyTraining.MAIN, arguments);
        assertThat(result.code()).as(result.err()).isZero();
        for (String checkpoint : new String[] {"last", "best"}) {
            assertThat(TinyTraining.sums(run.resolve(checkpoint)))
                    .isEqualTo(TinyTraining.sums(one.resolve(checkpoint)));
        }
        assertThat(result.out().lines().filter(line -> line.contains("train=")).count())
                .isEqualTo(3);
        assertThat(Files.readString(run.resolve("config.yaml")))
                .contains("microSteps: " + microSteps, "ranks: \"" + ranks + "\"", "exchange: exact");
    }

    /** Another order of additions gives other roundings, no other result. */
    @Test
    void fastGivesNearlyTheSame() throws Exception {
        double exact = loss(folder.resolve("exact"), "exact");
        double fast = loss(folder.resolve("fast"), "fast");
        assertThat(fast).isBetween(exact - 1e-3, exact + 1e-3);
    }

    /** Each rank has a part of the optimizer's state; a checkpoint has it all, whoever goes on with it. */
    @Test
    void shardedGivesNearlyTheSameAndIsResumedByAnyNumberOfRanks() throws Exception {
        Path run = folder.resolve("sharded");
        MpiRun.Result first = MpiRun.run(
                3,
                TinyTraining.MAIN,
                TinyTraining.train(
                        text, run, 20, "--exchange", "sharded", "--set", "microSteps=6", "--set", "decaySteps=40"));
        assertThat(first.code()).as(first.err()).isZero();
        MpiRun.Result second = MpiRun.run(
                2,
                TinyTraining.MAIN,
                "train",
                "--resume",
                "--run",
                run.toString(),
                "--steps",
                "30",
                "--exchange",
                "sharded");
        assertThat(second.code()).as(second.err()).isZero();
        MpiRun.Result third = TinyTraining.alone("train", "--resume", "--run", run.toString(), "--steps", "40");
        assertThat(third.code()).as(third.err()).isZero();
        MpiRun.Result exact = MpiRun.run(
                3, TinyTraining.MAIN, TinyTraining.train(text, folder.resolve("exact"), 40, "--set", "microSteps=6"));
        assertThat(lastLoss(third)).isBetween(lastLoss(exact) - 1e-3, lastLoss(exact) + 1e-3);
    }

    private double loss(Path run, String exchange) throws Exception {
        MpiRun.Result result =
                MpiRun.run(3, TinyTraining.MAIN, TinyTraining.train(text, run, 40, "--exchange", exchange));
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out()).contains("gradients exchanged " + exchange);
        return lastLoss(result);
    }

    private static double lastLoss(MpiRun.Result result) {
        String last = result.out()
                .lines()
                .filter(line -> line.startsWith("[40/40]"))
                .findFirst()
                .orElseThrow();
        return Double.parseDouble(last.replaceAll(".*train=(\\S+) .*", "$1"));
    }

    @Test
    void microStepsThatCannotBeDealtOutAreRefused() throws Exception {
        Path run = folder.resolve("run");
        MpiRun.Result result =
                MpiRun.run(2, TinyTraining.MAIN, TinyTraining.train(text, run, STEPS, "--set", "microSteps=3"));
        assertThat(result.err()
                        .lines()
                        .filter(line -> line.startsWith("tgpt: "))
                        .toList())
                .containsExactly("tgpt: microSteps=3 cannot be dealt out evenly to 2 ranks: take a number of ranks that"
                        + " divides it");
        assertThat(result.code()).isEqualTo(2);
        assertThat(run).doesNotExist();
    }

    @Test
    void aRunGoesOnWithAnotherNumberOfRanks() throws Exception {
        Path one = alone(6);
        Path run = folder.resolve("run");
        MpiRun.Result first = MpiRun.run(
                3,
                TinyTraining.MAIN,
                TinyTraining.train(text, run, 4, "--set", "microSteps=6", "--set", "decaySteps=8"));
        assertThat(first.code()).as(first.err()).isZero();
        MpiRun.Result second = MpiRun.run(
                2, TinyTraining.MAIN, "train", "--resume", "--run", run.toString(), "--steps", String.valueOf(STEPS));
        assertThat(second.code()).as(second.err()).isZero();
        assertThat(TinyTraining.sums(run.resolve("last"))).isEqualTo(TinyTraining.sums(one.resolve("last")));
        MpiRun.Result third =
                MpiRun.run(4, TinyTraining.MAIN, "train", "--resume", "--run", run.toString(), "--steps", "12");
        assertThat(third.code()).isEqualTo(2);
        assertThat(third.err()).contains("tgpt: microSteps=6 cannot be dealt out evenly to 4 ranks");
    }
}
