package org.tornadogpt.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tornadogpt.kernels.device.jvm.SequentialDevice;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.model.internal.Json;

/** Checkpoints that were written to do harm, with checksums that fit: one line, at once. */
@Timeout(10)
class HostileCheckpointTest {
    @TempDir
    private Path runs;

    private Path folder;
    private ForgedCheckpoint forged;

    @BeforeEach
    void write() throws IOException {
        folder = runs.resolve("last");
        forged = ForgedCheckpoint.write(folder);
    }

    private void assertRefused(String... parts) throws IOException {
        forged.seal();
        assertThatThrownBy(() -> Checkpoint.open(folder))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContainingAll(parts)
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n").hasSizeLessThan(700));
    }

    @Test
    void whatTheForgerLeavesAloneIsGood() throws IOException {
        forged.seal();
        assertThat(Checkpoint.open(folder).state().step()).isEqualTo(ForgedCheckpoint.STEP);
    }

    @ParameterizedTest
    @ValueSource(strings = {Checkpoint.CONFIG, Checkpoint.TOKENIZER})
    void documentsThatAreNothing(String name) throws IOException {
        for (String text : new String[] {"null", "", "[]", "0", "\"\"", "{}", "{", "[".repeat(100_000)}) {
            Files.writeString(folder.resolve(name), text);
            assertRefused(folder.toString());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "", "[]", "{}", "{\"sha256\":null}", "{\"sha256\":\"\"}"})
    void statesThatAreNothing(String text) throws IOException {
        Files.writeString(folder.resolve(Checkpoint.STATE), text);
        assertThatThrownBy(() -> Checkpoint.open(folder))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(Checkpoint.STATE);
    }

    @ParameterizedTest
    @CsvSource({
        "vocabularySize",
        "blockSize",
        "channels",
        "heads",
        "kvHeads",
        "layers",
        "mlpHidden",
    })
    void sizesThatNoTensorHas(String field) throws IOException {
        ObjectNode config = forged.tree(Checkpoint.CONFIG);
        for (int power : new int[] {10, 16, 20, 24, 28, 30}) {
            forged.put(Checkpoint.CONFIG, config.deepCopy().put(field, 1 << power));
            assertRefused("last");
        }
        forged.put(Checkpoint.CONFIG, config.deepCopy().put(field, Integer.MAX_VALUE));
        assertRefused("last");
        forged.put(Checkpoint.CONFIG, config.deepCopy().put(field, 1L << 40));
        assertRefused("last");
    }

    @Test
    void widthsThatAreConsistentAmongThemselves() throws IOException {
        ObjectNode config = forged.tree(Checkpoint.CONFIG);
        for (int power : new int[] {8, 16, 20, 28, 30}) {
            int width = 1 << power;
            forged.put(
                    Checkpoint.CONFIG,
                    config.deepCopy()
                            .put("channels", width)
                            .put("heads", width)
                            .put("kvHeads", width)
                            .put("mlpHidden", width)
                            .put("vocabularySize", width));
            assertRefused("last");
        }
    }

    @Test
    void aBigramTableThatIsNotThere() throws IOException {
        for (long vocabulary : new long[] {1 << 10, 1 << 16, 1 << 30}) {
            ObjectNode config = Json.MAPPER.createObjectNode();
            config.put("kind", "bigram").put("vocabularySize", vocabulary).put("blockSize", 8);
            forged.put(Checkpoint.CONFIG, config);
            assertRefused("last");
        }
        ObjectNode config = Json.MAPPER.createObjectNode();
        config.put("kind", "bigram").put("vocabularySize", 7).put("blockSize", 1 << 30);
        forged.put(Checkpoint.CONFIG, config);
        assertRefused("asks for a block of 1073741824 tokens");
    }

    @Test
    void filesUnderOtherNamesAreNotRead() throws IOException {
        Path secret = Files.writeString(runs.resolve("secret"), "secret");
        for (String name : new String[] {"../secret", secret.toString(), "secret", "", ".", "sub/../config.json"}) {
            forged.list(name, Files.readAllBytes(secret));
            assertRefused("state.json names a file that no checkpoint has");
            forged.unlist(name);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {Checkpoint.MODEL, Checkpoint.CONFIG, Checkpoint.TOKENIZER})
    void everyFileMustBeListed(String name) throws IOException {
        forged.unlist(name);
        assertRefused("does not name " + name);
    }

    @Test
    void momentsThatAreNotListedAreNotUsed() throws IOException {
        forged.unlist(Checkpoint.OPTIMIZER);
        forged.seal();
        Checkpoint checkpoint = Checkpoint.open(folder);
        assertThat(checkpoint.hasOptimizer()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {Checkpoint.MODEL, Checkpoint.CONFIG, Checkpoint.TOKENIZER, Checkpoint.OPTIMIZER, Checkpoint.STATE
            })
    void linksThatLeaveTheFolderAndPipesAreRefused(String name) throws IOException, InterruptedException {
        forged.seal();
        Path file = folder.resolve(name);
        Path outside = Files.move(file, runs.resolve("outside"));
        Files.createSymbolicLink(file, outside);
        assertThatThrownBy(() -> Checkpoint.open(folder))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContainingAll(name, "leaves the checkpoint");
        Files.delete(file);
        assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor())
                .isZero();
        assertThatThrownBy(() -> Checkpoint.open(folder))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContainingAll(name, "is not a file");
    }

    @Test
    void formatsThatAreNoInteger() throws IOException {
        for (String format : new String[] {"\"1\"", "1.0", "true", "null", "[1]", "4294967297", "2"}) {
            forged.state(state -> state.set("format", Json.MAPPER.readTree(format)));
            assertRefused("state.json has format");
        }
    }

    @ParameterizedTest
    @CsvSource({"step,-1", "bestStep,-5", "step,null", "bestLoss,\"NaN\"", "step,1.5", "seed,\"7\""})
    void statesThatNoRunHas(String field, String value) throws IOException {
        forged.state(state -> ((ObjectNode) state.get("state")).set(field, Json.MAPPER.readTree(value)));
        assertRefused("last");
    }

    @Test
    void aStateThatIsNull() throws IOException {
        forged.state(state -> state.putNull("state"));
        assertRefused("last");
        forged.state(state -> state.remove("state"));
        assertRefused("last");
    }

    @Test
    void aTokenizerThatDoesNotFitTheModel() throws IOException {
        for (String text : new String[] {"abc", "abcdefgh"}) {
            Files.writeString(
                    folder.resolve(Checkpoint.TOKENIZER), CharTokenizer.of(text).toJson());
            assertRefused(Checkpoint.TOKENIZER, "has " + text.length() + " tokens, the model 7");
        }
    }

    @Test
    void twoTensorsOfOneName() throws IOException {
        String header = forged.header(Checkpoint.MODEL);
        int second = header.indexOf("\"wpe.weight\"");
        forged.header(Checkpoint.MODEL, header.substring(0, second) + "\"wte" + header.substring(second + 4));
        assertRefused(Checkpoint.MODEL, "two tensors are called wte.weight");
    }

    @Test
    void namesThatWouldPaintTheTerminal() throws IOException {
        String header = forged.header(Checkpoint.MODEL);
        forged.header(Checkpoint.MODEL, header.replace("wpe.weight", "\\u001b[2J\\n" + "x".repeat(5000)));
        forged.seal();
        assertThatThrownBy(() -> Checkpoint.open(folder))
                .isInstanceOf(CheckpointException.class)
                .satisfies(e -> assertThat(e.getMessage())
                        .doesNotContain("\u001b")
                        .doesNotContain("\n")
                        .hasSizeLessThan(700));
    }

    @ParameterizedTest
    @CsvSource({"model.safetensors,NaN", "optimizer.safetensors,Infinity", "optimizer.safetensors,NaN"})
    void valuesThatAreNotFiniteChangeNothing(String name, float value) throws IOException {
        byte[] bytes = Files.readAllBytes(folder.resolve(name));
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putFloat(bytes.length - 8, value);
        Files.write(folder.resolve(name), bytes);
        forged.seal();
        Checkpoint checkpoint = Checkpoint.open(folder);
        try (SequentialDevice device = new SequentialDevice();
                TrainingSession session =
                        new TrainingSession(ForgedCheckpoint.CONFIG.model(), KernelChoices.defaults(device), 1, 1)) {
            session.initialise(3);
            float[] before = Numbers.values(session.weights().flat());
            assertThatThrownBy(() -> checkpoint.restore(session))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContainingAll(name, String.valueOf(value));
            assertThat(Numbers.values(session.weights().flat())).isEqualTo(before);
        }
    }

    @Test
    void keysThatOccurTwice() throws IOException {
        Path config = folder.resolve(Checkpoint.CONFIG);
        Files.writeString(config, Files.readString(config).replace("{", "{\"layers\" : 1,"));
        assertRefused("last", "layers");
    }

    @Test
    void largeDocumentsAreNotRead() throws IOException {
        Files.write(folder.resolve(Checkpoint.CONFIG), (" ".repeat(1 << 21) + "{}").getBytes(StandardCharsets.UTF_8));
        assertRefused(Checkpoint.CONFIG, "more than");
    }
}
