package org.tornadogpt.trainer.foreign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tornadogpt.trainer.settings.UsageException;

class TunableSourceTest {
    private static final String TEXT = """
            final class Mine {
                // @Tunable({1, 2}) static final int NO = 1; "ä"
                @Tunable({32, 64, 128})
                static final int TILE = 64;

                @org.tornadogpt.kernels.kernel.Tunable(value = {0x2, 3}) private static final int ROWS = 2;

                static final int OTHER = 64;
            }
            """;

    @TempDir
    private Path folder;

    private TunableSource read(String text) throws IOException {
        return TunableSource.read(Files.writeString(folder.resolve("Mine.java"), text));
    }

    @Test
    void constantsAreFoundWithTheirValues() throws IOException {
        TunableSource source = read(TEXT);
        assertThat(source.constants()).extracting(TunableConstant::name).containsExactly("TILE", "ROWS");
        assertThat(source.constants())
                .extracting(TunableConstant::values)
                .containsExactly(List.of(32, 64, 128), List.of(2, 3));
        assertThat(source.own()).isEqualTo(Map.of("TILE", 64, "ROWS", 2));
    }

    @Test
    void combinationsBeginWithTheFilesOwn() throws IOException {
        List<Map<String, Integer>> all = read(TEXT).combinations();
        assertThat(all).hasSize(6).doesNotHaveDuplicates();
        assertThat(all.get(0)).isEqualTo(Map.of("TILE", 64, "ROWS", 2));
    }

    @Test
    void onlyTheNamedValuesChange() throws IOException {
        TunableSource source = read(TEXT);
        assertThat(source.with(Map.of("TILE", 128, "ROWS", 3)))
                .isEqualTo(TEXT.replace("TILE = 64", "TILE = 128").replace("ROWS = 2", "ROWS = 3"));
        assertThat(source.with(Map.of())).isEqualTo(TEXT);
        assertThatThrownBy(() -> source.with(Map.of("OTHER", 1)))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("OTHER");
    }

    @Test
    void theChecksumIsOfAllButTheValues() throws IOException {
        String checksum = read(TEXT).checksum();
        assertThat(read(TEXT.replace("TILE = 64", "TILE = 32")).checksum()).isEqualTo(checksum);
        assertThat(read(TEXT.replace("OTHER = 64", "OTHER = 65")).checksum()).isNotEqualTo(checksum);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "@Tunable({1, 2}) static int A = 1;",
                "@Tunable({1, 2}) static final long A = 1;",
                "@Tunable({1, 2}) static final int A = 1 + 1;",
                "@Tunable({}) static final int A = 1;",
                "@Tunable({B, 2}) static final int A = 1;"
            })
    void whatCannotBeTunedIsRefused(String field) {
        assertThatThrownBy(() -> read("class Mine { " + field + " }"))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("A is marked @Tunable, but is not like");
    }
}
