package org.tornadogpt.distributed;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tornadogpt.model.Checkpoint;
import org.tornadogpt.model.CheckpointException;

/** Ranks that die, hang, disagree or are told to stop, through the command line. */
@Tag("slow")
class FailureTest {
    private static final int ENDLESS = 1_000_000;
    private static final long SEED = 20251128;
    private static final int TIMEOUT = 4;

    /** Kills in the build; {@code -Dkills=50} for more. */
    private static final int KILLS = Integer.getInteger("kills", 3);

    @TempDir
    private Path folder;

    private Path text;
    private Path run;

    @BeforeEach
    void writeText() throws Exception {
        MpiRun.assumeInstalled();
        text = TinyTraining.text(folder);
        run = folder.resolve("run");
    }

    private MpiRun.Running start(String... arguments) throws Exception {
        return MpiRun.start(MpiRun.java(TinyTraining.MAIN, arguments), Map.of());
    }

    /** Of ranks that lose patience soon: on busy cores one that has just begun may be taken for lost. */
    private MpiRun.Running startImpatient(String... arguments) throws Exception {
        return MpiRun.start(
                MpiRun.java(TinyTraining.MAIN, arguments), Map.of(Timeouts.VARIABLE, String.valueOf(TIMEOUT)));
    }

    private static List<String> messages(MpiRun.Result result) {
        return result.err().lines().filter(line -> line.startsWith("tgpt: ")).toList();
    }

    /** The launcher of the test's own making, so that ranks can be told apart by what they are given. */
    private MpiRun.Result runWith(String script, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("mpirun", "-n", "3", "sh", "-c", script, "sh"));
        command.addAll(MpiRun.java(TinyTraining.MAIN, arguments));
        return MpiRun.run(command, Map.of());
    }

    @Test
    void aRankThatIsKilledIsNamedAndNothingSavedIsLost() throws Exception {
        Random random = new Random(SEED);
        for (int i = 0; i < KILLS; i++) {
            boolean fresh = !Files.exists(run);
            MpiRun.Running running = fresh
                    ? start(TinyTraining.train(text, run, ENDLESS, "--ranks", "3", "--set", "checkpointInterval=3"))
                    : start("train", "--resume", "--run", run.toString(), "--ranks", "3");
            running.await("train=");
            Thread.sleep(random.nextInt(1500));
            List<ProcessHandle> ranks = running.ranks();
            assertThat(ranks).hasSize(3);
            int victim = random.nextInt(3);
            long step = savedStep();
            Instant killed = Instant.now();
            ranks.get(victim).destroyForcibly();
            MpiRun.Result result = running.end();
            assertThat(Duration.between(killed, Instant.now())).isLessThan(Duration.ofSeconds(30));
            assertThat(result.code())
                    .as("kill " + (i + 1) + ": " + result.err())
                    .isEqualTo(1);
            assertThat(messages(result)).as("kill " + (i + 1)).hasSize(1);
            assertThat(messages(result).get(0))
                    .contains(
                            "rank " + victim + " (process " + ranks.get(victim).pid() + " on ", " has died; ")
                    .contains("go on with tgpt train --resume --run " + run);
            assertThat(savedStep()).isGreaterThanOrEqualTo(step);
            for (ProcessHandle rank : ranks) {
                rank.onExit().get(10, TimeUnit.SECONDS);
            }
        }
    }

    /** A save in between is another checkpoint's: once more then. */
    private long savedStep() throws Exception {
        for (int i = 0; ; i++) {
            try {
                return Checkpoint.open(run.resolve("last")).state().step();
            } catch (CheckpointException e) {
                if (i == 10) {
                    throw e;
                }
            }
        }
    }

    @Test
    void aRankThatIsStoppedIsNamed() throws Exception {
        for (int victim : new int[] {0, 2}) {
            Path own = folder.resolve("stopped-" + victim);
            MpiRun.Running running = startImpatient(TinyTraining.train(text, own, ENDLESS, "--ranks", "3"));
            running.await("train=");
            ProcessHandle stopped = running.ranks().get(victim);
            Instant before = Instant.now();
            signal("STOP", stopped);
            MpiRun.Result result = running.end();
            assertThat(Duration.between(before, Instant.now())).isLessThan(Duration.ofSeconds(60));
            assertThat(result.code()).as(result.err()).isEqualTo(1);
            assertThat(messages(result)).hasSize(1);
            assertThat(messages(result).get(0))
                    .contains("rank " + victim + " (process " + stopped.pid() + " on ", " did not answer for ");
        }
    }

    private static void signal(String name, ProcessHandle process) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
                        .inheritIO()
                        .start()
                        .waitFor())
                .isZero();
    }

    @Test
    void ctrlCThatArrivesTwiceCountsOnce() throws Exception {
        MpiRun.Running running = start(TinyTraining.train(text, run, ENDLESS, "--ranks", "2"));
        running.await("train=");
        for (ProcessHandle rank : running.ranks()) {
            signal("INT", rank);
        }
        signal("INT", running.process().toHandle());
        MpiRun.Result result = running.end();
        assertThat(result.code()).as(result.err()).isEqualTo(130);
        assertThat(result.out()).containsOnlyOnce("interrupted, saved after step ");
        assertThat(savedStep()).isPositive();
    }

    @Test
    void lossesThatAreNoNumbersEndTheRun() throws Exception {
        MpiRun.Result result = MpiRun.run(
                2,
                TinyTraining.MAIN,
                TinyTraining.train(text, run, ENDLESS, "--set", "learningRate=1e30", "--set", "clip=0"));
        assertThat(result.code()).isEqualTo(1);
        assertThat(messages(result)).hasSize(1);
        assertThat(messages(result).get(0)).contains("is not finite", "on rank 0 first in ");
    }

    @Test
    void aRankWithAnotherTextIsNamed() throws Exception {
        Path other = Files.writeString(folder.resolve("other.txt"), Files.readString(text) + "int y;\n");
        MpiRun.Result result = runWith(
                "r=${PMI_RANK:-$OMPI_COMM_WORLD_RANK}; [ $r = 1 ] && set -- \"$@\" --data " + other + "; exec \"$@\"",
                TinyTraining.train(text, run, 8));
        assertThat(result.code()).isEqualTo(1);
        assertThat(messages(result)).hasSize(1);
        assertThat(messages(result).get(0)).contains("rank 1 has other text (", ") than rank 0");
        assertThat(run).doesNotExist();
    }

    @Test
    void aRankWithOtherSettingsIsNamed() throws Exception {
        MpiRun.Result result = runWith(
                "r=${PMI_RANK:-$OMPI_COMM_WORLD_RANK}; [ $r = 2 ] && set -- \"$@\" --seed 7; exec \"$@\"",
                TinyTraining.train(text, run, 8));
        assertThat(result.code()).isEqualTo(1);
        assertThat(messages(result))
                .containsExactly("tgpt: rank 2 has other settings than rank 0: give all of them the same");
    }

    @Test
    void theLauncherPassesOnExitCodes() throws Exception {
        MpiRun.Result done =
                start(TinyTraining.train(text, run, 4, "--ranks=2")).end();
        assertThat(done.code()).as(done.err()).isZero();
        MpiRun.Result refused =
                start(TinyTraining.train(text, run, 4, "--ranks", "2")).end();
        assertThat(refused.code()).isEqualTo(2);
        assertThat(messages(refused)).hasSize(1);
    }
}
