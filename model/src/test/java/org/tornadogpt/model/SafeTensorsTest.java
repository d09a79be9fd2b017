package org.tornadogpt.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tornadogpt.kernels.memory.Slice;

class SafeTensorsTest {
    @TempDir
    Path folder;

    @Test
    void whatIsWrittenIsRead() throws Exception {
        Slice whole = Slice.allocate(200_000);
        for (int i = 0; i < whole.length(); i++) {
            whole.set(i, i == 3 ? -0f : i * 0.5f);
        }
        Slice part = new Slice(whole.array(), 7, 6);
        Path file = folder.resolve("x");
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        SafeTensors.write(
                file,
                Map.of("format", "pt"),
                List.of(
                        new SafeTensors.Source("a", List.of(200, 1000), whole),
                        new SafeTensors.Source("b.\u00E9", List.of(3, 2), part)),
                digest);
        assertThat(digest.digest())
                .isEqualTo(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        try (SafeTensors read = SafeTensors.open(file)) {
            assertThat(read.entries()).extracting(SafeTensors.Entry::name).containsExactly("a", "b.\u00E9");
            assertThat(read.entry("b.\u00E9").shape()).isEqualTo(List.of(3, 2));
            Slice a = Slice.allocate(200_000);
            read.copyInto("a", a);
            assertThat(a.toArray()).isEqualTo(whole.toArray());
            Slice b = Slice.allocate(6);
            read.copyInto("b.\u00E9", b);
            assertThat(b.toArray()).isEqualTo(part.toArray());
            assertThatThrownBy(() -> read.entry("c")).hasMessageContaining("no tensor c");
            assertThatThrownBy(() -> read.copyInto("a", b)).hasMessageContaining("200000 elements, expected 6");
        }
    }

    private Path file(String header, int bytes) throws IOException {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer all = ByteBuffer.allocate(8 + text.length + bytes).order(ByteOrder.LITTLE_ENDIAN);
        all.putLong(text.length).put(text);
        return Files.write(folder.resolve("y"), all.array());
    }

    @Test
    void tensorsMayBeInAnyOrderAndScalar() throws IOException {
        Path file = file(
                "{\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]},"
                        + "\"__metadata__\":{\"any\":\"thing\"},"
                        + "\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}",
                12);
        try (SafeTensors read = SafeTensors.open(file)) {
            assertThat(read.entries()).extracting(SafeTensors.Entry::name).containsExactly("a", "b");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "{",
                "{} {}",
                "{\"a\":1}",
                "{\"a\":{\"dtype\":\"F16\",\"shape\":[4],\"data_offsets\":[0,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[-1,-2],\"data_offsets\":[0,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":2,\"data_offsets\":[0,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[null],\"data_offsets\":[0,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2147483647,2147483647,2147483647],\"data_offsets\":[0,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
                        + "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
            })
    void brokenHeadersAreRefused(String header) throws IOException {
        Path file = file(header, 8);
        assertThatThrownBy(() -> SafeTensors.open(file).close())
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(file.toString());
    }

    @Test
    void brokenLengthsAreRefused() throws IOException {
        Path file = folder.resolve("z");
        for (byte[] bytes :
                List.of(new byte[0], new byte[7], new byte[8], new byte[] {-1, -1, -1, -1, -1, -1, -1, -1})) {
            Files.write(file, bytes);
            assertThatThrownBy(() -> SafeTensors.open(file).close()).isInstanceOf(CheckpointException.class);
        }
        Files.write(file, new byte[] {3, 0, 0, 0, 0, 0, 0, 0, '{', '}'});
        assertThatThrownBy(() -> SafeTensors.open(file).close()).hasMessageContaining("header length 3");
    }
}
