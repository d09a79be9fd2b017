package org.tornadogpt.trainer.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tornadogpt.trainer.data.DataException;

class TaskFileTest {
    @TempDir
    private Path folder;

    private List<TaskItem> read(String... lines) throws IOException {
        return TaskFile.read(Files.writeString(folder.resolve("t.jsonl"), String.join("\n", lines)));
    }

    @Test
    void readsBothShapes() throws IOException {
        assertThat(read("{\"ctx\":\"a\",\"endings\":[\"b\",\"c\"],\"label\":\"1\"}", "", "{\"text\":\" so it is \"}"))
                .containsExactly(
                        new TaskItem("a", List.of("b", "c"), " ", 1), new TaskItem("so it", List.of("is"), " ", 0));
    }

    /** As lm-evaluation-harness prepares HellaSwag. */
    @Test
    void preparesPublishedItems() throws IOException {
        TaskItem item =
                read("{\"activity_label\":\"Running\",\"ctx_a\":\"A man [substeps] runs.\",\"ctx_b\":\"then HE\","
                                + "\"ctx\":\"unused\",\"endings\":[\" stops [title] now\",\"falls.\"],\"label\":0}")
                        .getFirst();
        assertThat(item.context()).isEqualTo("Running: A man runs. Then he");
        assertThat(item.choices()).containsExactly("stops. now", "falls.");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"ctx\":\"a\",\"endings\":[\"b\",\"c\"],\"label\":2}|line 1 needs two endings",
                "{\"ctx\":\"a\",\"endings\":[\"b\",\"c\"]}|the number of the right one",
                "{\"endings\":[\"b\",\"c\"],\"label\":0}|has no ctx",
                "{\"text\":\"word\"}|no word before its last",
                "{\"question\":\"a\"}|has neither ctx",
                "{|line 1 is not JSON"
            })
    void saysWhatALineLacks(String line, String message) {
        assertThatThrownBy(() -> read(line)).isInstanceOf(DataException.class).hasMessageContaining(message);
    }
}
