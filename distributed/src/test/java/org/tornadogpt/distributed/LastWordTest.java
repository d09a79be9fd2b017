package org.tornadogpt.distributed;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LastWordTest {
    @TempDir
    private Path folder;

    private static LastWord in(Path folder) {
        return LastWord.of(Map.of(LastWord.VARIABLE, folder.toString()));
    }

    @Test
    void oneOfManyHasIt() {
        List<Boolean> taken = IntStream.range(0, 16)
                .parallel()
                .mapToObj(rank -> in(folder).take())
                .toList();
        assertThat(taken).containsOnlyOnce(true);
    }

    @Test
    void eachHasItWithoutAFolder() {
        assertThat(LastWord.of(Map.of()).take()).isTrue();
        assertThat(in(folder.resolve("gone")).take()).isTrue();
        assertThat(in(folder.resolve("gone")).take()).isTrue();
    }
}
