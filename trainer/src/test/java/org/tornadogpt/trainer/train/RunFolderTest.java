package org.tornadogpt.trainer.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tornadogpt.trainer.settings.ConfigFile;
import org.tornadogpt.trainer.settings.UsageException;
import org.tornadogpt.trainer.settings.Values;

class RunFolderTest {
    @TempDir
    private Path folder;

    private static ConfigFile.Content content(int steps) {
        Values values = new Values();
        values.set("steps", String.valueOf(steps));
        values.set("keepLineEndings", "false");
        return new ConfigFile.Content(values, Map.of("characters", "5"));
    }

    private static List<String> names(Path path) throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void whatIsNotKeptLeavesNothingNotEvenTheFoldersAroundIt() throws IOException {
        try (RunFolder run = RunFolder.create(folder.resolve("a/b/run"))) {
            run.writeConfig(content(1));
            Files.writeString(run.metrics(), "x");
            Files.createDirectories(run.last());
            Files.writeString(run.last().resolve("model.safetensors"), "x");
            Files.createDirectory(folder.resolve("a/b/run/best.new"));
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void filesOfOthersStay() throws IOException {
        try (RunFolder run = RunFolder.create(folder.resolve("a/run"))) {
            run.writeConfig(content(1));
            Files.writeString(folder.resolve("a/run/notes.txt"), "mine");
        }
        assertThat(names(folder.resolve("a/run"))).containsExactly("notes.txt");
    }

    @Test
    void anEmptyFolderIsTakenAndLeftEmpty() throws IOException {
        Path mine = Files.createDirectory(folder.resolve("mine"));
        try (RunFolder run = RunFolder.create(mine)) {
            run.writeConfig(content(1));
        }
        assertThat(mine).isEmptyDirectory();
        try (RunFolder run = RunFolder.create(mine)) {
            run.writeConfig(content(1));
            run.keep();
        }
        assertThat(names(mine)).containsExactly(".lock", "config.yaml");
        assertThatThrownBy(() -> RunFolder.create(mine))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("exists")
                .hasMessageContaining("--resume");
    }

    @Test
    void whatAKilledProcessLeftOfARunThatHadNotBegunIsNoObstacle() throws IOException {
        Path left = Files.createDirectory(folder.resolve("left"));
        Files.createFile(left.resolve(".lock"));
        RunFolder.create(left).close();
    }

    @Test
    void aFileIsNoFolder() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        assertThatThrownBy(() -> RunFolder.create(file))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("no folder");
        assertThatThrownBy(() -> RunFolder.create(file.resolve("run")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(file + " is a file");
        assertThatThrownBy(() -> RunFolder.createNamed(file, "x")).isInstanceOf(IOException.class);
    }

    @Test
    void runsOfOneSecondHaveFoldersOfTheirOwn() throws Exception {
        Set<Path> paths = new ConcurrentSkipListSet<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            threads.add(Thread.ofVirtual().start(() -> {
                try (RunFolder run = RunFolder.createNamed(folder, "book")) {
                    run.keep();
                    paths.add(run.path());
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(paths)
                .hasSize(12)
                .allSatisfy(p -> assertThat(p.getFileName().toString()).matches("book-\\d{8}-\\d{6}(-\\d+)?"));
    }

    @Test
    void aFolderThatIsTakenAwayIsMadeAnewWithAllThatResumingNeeds() throws IOException {
        Path path = folder.resolve("run");
        try (RunFolder run = RunFolder.create(path)) {
            run.writeConfig(content(7));
            run.keep();
            assertThat(run.mend()).isEmpty();
            Files.delete(run.config());
            assertThat(run.mend()).hasValueSatisfying(text -> assertThat(text).contains("lacked files"));
            Files.move(path, folder.resolve("elsewhere"));
            assertThat(run.mend()).hasValueSatisfying(text -> assertThat(text).contains("made anew"));
            assertThat(RunFolder.readConfig(path).values().get("steps")).contains("7");
            assertThatThrownBy(() -> RunFolder.resume(path)).hasMessageContaining("in use");
        }
    }

    @Test
    void aFolderThatHasBecomeAnotherRunsIsNotTouched() throws IOException {
        Path path = folder.resolve("run");
        try (RunFolder run = RunFolder.create(path)) {
            run.writeConfig(content(7));
            run.keep();
            Files.move(path, folder.resolve("elsewhere"));
            try (RunFolder other = RunFolder.create(path)) {
                other.writeConfig(content(8));
                other.keep();
                assertThatThrownBy(run::mend).isInstanceOf(IOException.class).hasMessageContaining("in use");
            }
            assertThatThrownBy(run::mend).isInstanceOf(IOException.class).hasMessageContaining("another run's");
            assertThat(RunFolder.readConfig(path).values().get("steps")).contains("8");
        }
    }

    @Test
    void aRunWhoseConfigurationIsDamagedIsNoWrongUsage() throws IOException {
        Path run = Files.createDirectory(folder.resolve("run"));
        assertThatThrownBy(() -> RunFolder.readConfig(run)).isExactlyInstanceOf(IOException.class);
        Files.writeString(run.resolve("config.yaml"), "steps: [1,");
        assertThatThrownBy(() -> RunFolder.readConfig(run))
                .isExactlyInstanceOf(IOException.class)
                .hasMessageContaining("config.yaml");
    }
}
