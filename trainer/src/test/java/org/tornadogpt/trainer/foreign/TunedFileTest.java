package org.tornadogpt.trainer.foreign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tornadogpt.kernels.device.jvm.SequentialDevice;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.trainer.foreign.TunedFile.Best;
import org.tornadogpt.trainer.settings.UsageException;

class TunedFileTest {
    private static final String SHAPE = "4x4x64x32";

    @TempDir
    private Path folder;

    private Path source;

    @BeforeEach
    void source() throws IOException {
        source = Files.writeString(
                folder.resolve("Mine.java"), "class Mine { @Tunable({1, 2}) static final int A = 1; }");
    }

    private static Best best(int value, String checksum) {
        return new Best(Map.of("A", value), "1.5 ms, not significant (0.9 to 1.1)", "2026-11-28", checksum);
    }

    private Map<String, Integer> asked() throws IOException {
        String[] args = {"train", "--kernels", source.toString(), "--device", "sequential", "--tuned", SHAPE};
        ChildOptions options = ChildOptions.of(args).orElseThrow();
        return new TunedValues(options).of(source);
    }

    private static String sequential() throws IOException {
        try (Device device = new SequentialDevice()) {
            return TunedFile.key(device);
        }
    }

    @Test
    void whatIsPutIsFoundAgainByDeviceAndShape() throws IOException {
        assertThat(TunedFile.of(source).best("one", SHAPE)).isEmpty();
        TunedFile.of(source).put("one", SHAPE, best(1, "0"));
        TunedFile.of(source).put("one", "preset:quote", best(2, "00123456"));
        TunedFile.of(source).put("two: 2 threads", SHAPE, best(3, "1e5"));
        TunedFile.of(source).put("one", SHAPE, best(4, "12345678"));
        TunedFile read = TunedFile.of(source);
        assertThat(read.best("one", SHAPE)).isEqualTo(Optional.of(best(4, "12345678")));
        assertThat(read.best("one", "preset:quote")).isEqualTo(Optional.of(best(2, "00123456")));
        assertThat(read.best("two: 2 threads", SHAPE)).isEqualTo(Optional.of(best(3, "1e5")));
        assertThat(read.file()).hasFileName("Mine.tuned.yaml");
        assertThat(Files.readString(read.file())).startsWith("# Best values").contains("A: 4", "version: 1");
    }

    @Test
    void valuesAreThoseOfTheCommandsDevice() throws IOException {
        TunedFile.of(source).put("another device", SHAPE, best(1, "0"));
        assertThatThrownBy(() -> asked())
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("nothing for this device (sequential");
        TunedFile.of(source).put(sequential(), "9x9x9x9", best(1, "0"));
        assertThatThrownBy(() -> asked()).hasMessageContaining("nothing for 4x4x64x32 on this device, but for 9x9x9x9");
        TunedFile.of(source)
                .put(sequential(), SHAPE, best(2, TunableSource.read(source).checksum()));
        assertThat(asked()).isEqualTo(Map.of("A", 2));
    }

    @Test
    void valuesOfAnotherTextAreRefused() throws IOException {
        TunedFile.of(source).put(sequential(), SHAPE, best(2, "ffffffff"));
        assertThatThrownBy(() -> asked())
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("has changed since it was tuned on 2026-11-28");
    }

    @Test
    void whatIsNoSuchFileIsSaid() throws IOException {
        Files.writeString(TunedFile.beside(source), "version: 2\ndevices: {}\n");
        assertThatThrownBy(() -> TunedFile.of(source)).hasMessageContaining("no file of version 1");
        Files.writeString(TunedFile.beside(source), "hello");
        assertThatThrownBy(() -> TunedFile.of(source))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("not as 'tgpt kernels tune' wrote it");
    }
}
