package org.tornadogpt.trainer.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tornadogpt.trainer.launcher.World.Ended;

/** How much memory tensors may take, on machines and in containers that are made of files. */
@Timeout(240)
class MachineTest {
    private static final long MIB = 1 << 20;

    @TempDir
    private Path folder;

    private World world;

    @BeforeEach
    void makeAWorld() throws IOException {
        world = new World(folder);
        world.unpacked("p");
    }

    private String call(String function) throws IOException, InterruptedException {
        Ended ended = world.bash("source p/tools/launcher/machine.sh; " + function);
        assertThat(ended.err()).isEmpty();
        return ended.out().strip();
    }

    @ParameterizedTest
    @CsvSource({
        "16000000, '', 16000000", // no container
        "16000000, 16000000, 16000000", // one that may take everything
        "16000000, 4000000, 2803392", // three quarters, less 192 MiB
        "16000000, 262144, 65536", // never less than a quarter
        "0, 4000000, 2803392", // a machine that does not tell
        "0, '', ''"
    })
    void tensorsGetWhatAContainerLeaves(String machine, String container, String kilobytes)
            throws IOException, InterruptedException {
        assertThat(call("tensor_memory_kb '" + machine + "' '" + container + "'"))
                .isEqualTo(kilobytes);
    }

    private String limit(String groups) throws IOException, InterruptedException {
        Files.writeString(folder.resolve("groups"), groups + "\n");
        return call("cgroup_memory_kb groups fs");
    }

    private void set(String file, String value) throws IOException {
        Path path = folder.resolve("fs").resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, value + "\n");
    }

    @Test
    void theTightestOfNestedGroupsCounts() throws IOException, InterruptedException {
        set("a/b/memory.max", String.valueOf(900 * MIB));
        set("a/memory.max", String.valueOf(500 * MIB));
        assertThat(limit("0::/a/b")).isEqualTo("512000");
        set("a/memory.max", "max");
        assertThat(limit("0::/a/b")).isEqualTo("921600");
        set("a/b/memory.max", "max");
        assertThat(limit("0::/a/b")).isEmpty();
    }

    @Test
    void aContainerSeesItsOwnGroupAsTheRoot() throws IOException, InterruptedException {
        set("memory.max", String.valueOf(300 * MIB));
        assertThat(limit("0::/")).isEqualTo("307200");
        assertThat(limit("0::/docker/of/the/host")).isEqualTo("307200");
    }

    @Test
    void theFirstVersionOfControlGroupsIsReadToo() throws IOException, InterruptedException {
        set("memory/docker/x/memory.limit_in_bytes", String.valueOf(200 * MIB));
        set("memory/memory.limit_in_bytes", "9223372036854771712");
        String groups = "9:name=systemd:/\n4:cpu,memory:/docker/x\n3:cpuset:/\n0::/";
        assertThat(limit(groups)).isEqualTo("204800");
        set("memory/docker/x/memory.limit_in_bytes", "9223372036854771712");
        assertThat(limit(groups)).isEmpty();
    }

    @Test
    void withoutControlGroupsThereIsNoLimit() throws IOException, InterruptedException {
        assertThat(call("cgroup_memory_kb nothing fs")).isEmpty();
        assertThat(limit("0::/a")).isEmpty();
    }
}
