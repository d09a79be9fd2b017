package org.tornadogpt.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GlobTest {
    @TempDir
    private Path folder;

    private static Corpus read(String spec) {
        return new CorpusReader(TextRules.USUAL, ReadingListener.NONE).read(spec);
    }

    /** What a run stores finds the same files again, whatever the folder is called. */
    @ParameterizedTest
    @ValueSource(strings = {"p[x]", "a*b", "c?", "{d,e}", "back\\slash", "plain", "[", "]", "with space", "p[x]/q{y}"})
    void theStoredSpecFindsTheSameFiles(String name) throws IOException {
        Path inside = Files.createDirectories(folder.resolve(name));
        Files.writeString(inside.resolve("a.txt"), "a");
        Files.writeString(inside.resolve("b.md"), "b");
        Files.createDirectories(folder.resolve("px"));
        Files.writeString(folder.resolve("px").resolve("c.txt"), "c");
        String spec = new Glob(inside, "*.txt").spec();
        Corpus corpus = read(spec);
        assertThat(corpus.text()).isEqualTo("a");
        assertThat(corpus.spec()).isEqualTo(spec);
        assertThat(read(inside.toString()).text()).isEqualTo("ab");
        assertThat(read(inside.resolve("a.txt").toString()).text()).isEqualTo("a");
    }

    @Test
    void aBackslashMakesAWildcardAnOrdinaryCharacter() throws IOException {
        Files.writeString(folder.resolve("x[1].txt"), "bracket");
        Files.writeString(folder.resolve("x1.txt"), "one");
        assertThat(read(folder + "/x[1].tx?").text()).isEqualTo("one");
        assertThat(read(folder + "/x\\[1\\].tx?").text()).isEqualTo("bracket");
        assertThat(read(folder + "/x[1].txt").text()).as("a file of that name").isEqualTo("bracket");
    }

    @Test
    void runFoldersAreNotText() throws IOException {
        Files.writeString(folder.resolve("a.txt"), "a");
        Path run = Files.createDirectories(folder.resolve("runs/quote-1"));
        Files.writeString(run.resolve("config.yaml"), "data: quote");
        Files.writeString(run.resolve("metrics.jsonl"), "{}");
        Path checkpoint = Files.createDirectories(folder.resolve("copy"));
        Files.writeString(checkpoint.resolve("state.json"), "{}");
        Files.writeString(checkpoint.resolve("model.safetensors"), "{}");
        Path other = Files.createDirectories(folder.resolve("other"));
        Files.writeString(other.resolve("config.yaml"), "b");
        Corpus corpus = read(folder.toString());
        assertThat(corpus.text()).isEqualTo("ab");
        assertThat(corpus.skipped())
                .containsExactlyInAnyOrder(
                        "runs/quote-1 is the folder of a run or checkpoint",
                        "copy is the folder of a run or checkpoint");
        assertThat(read(folder + "/**").text()).isEqualTo("ab");
        assertThat(read(run + "/*.jsonl").text()).as("asked for by name").isEqualTo("{}");
        assertThat(RunFolders.in(
                        List.of("a.txt", "r/config.yaml", "r/metrics.jsonl", "r/last/config.json", "o/config.yaml")))
                .containsExactly("r/");
    }
}
