package org.tornadogpt.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tornadogpt.kernels.device.jvm.SequentialDevice;
import org.tornadogpt.model.CheckpointException;
import org.tornadogpt.model.SafeTensors;
import org.tornadogpt.model.Tokenizer;
import org.tornadogpt.model.Weights;
import org.tornadogpt.model.bridge.HfImport;
import org.tornadogpt.model.bridge.PeftFolder;
import org.tornadogpt.model.tokenizer.Tokenizers;
import org.tornadogpt.trainer.data.DataException;
import org.tornadogpt.trainer.tokens.Checksums;
import org.tornadogpt.trainer.tokens.TokenFile;
import org.tornadogpt.trainer.tokens.TokenWriter;

/**
 * Files of other people, changed at random with fixed seeds, and sealed again where there are checksums. Whatever they
 * hold, every reader ends well or with the project's own exception, soon, and allocates no more than {@link #MOST}
 * besides eight times the file.
 */
class HostileFilesTest {
    private static final int CASES = 300;

    /** Tables of a vocabulary whose largest number is two million, and buffers of the JSON library. */
    private static final long MOST = 48L << 20;

    private static final long SLOW_NANOS = 5_000_000_000L;
    private static final Path BRIDGE = Path.of("..", "model", "src", "test", "resources", "bridge");
    private static final Pattern NUMBER = Pattern.compile("-?\\d+(\\.\\d+)?");
    private static final Pattern STRING = Pattern.compile("\"[^\"\\\\]*\"");
    private static final List<String> VALUES = List.of(
            "-1",
            "0",
            "1",
            "2",
            "255",
            "65536",
            "2097151",
            "2097152",
            "2147483647",
            "4294967296",
            "9223372036854775807",
            "1e308",
            "NaN",
            "null",
            "true",
            "[]",
            "{}",
            "\"\"",
            "[1073741824,1073741824]",
            "\"a\\nb\\u001b[2J\"");

    /** What is read. */
    enum Reader {
        SAFETENSORS("gpt2", "model.safetensors"),
        TOKENIZER("gpt2", "tokenizer.json"),
        LLAMA_TOKENIZER("llama-f16", "tokenizer.json"),
        GPT2_CONFIG("gpt2", "config.json"),
        GPT2_TENSORS("gpt2", "model.safetensors"),
        LLAMA_CONFIG("llama", "config.json"),
        LLAMA_INDEX("llama", "model.safetensors.index.json"),
        ADAPTER_CONFIG("gpt2", "adapter_config.json"),
        ADAPTER_TENSORS("gpt2", "adapter_model.safetensors"),
        PACKED("gpt2", "text.tok"),
        RAW("gpt2", "train.bin");

        private final String model;
        private final String file;

        Reader(String model, String file) {
            this.model = model;
            this.file = file;
        }

        boolean isJson() {
            return file.endsWith(".json");
        }
    }

    private final ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @TempDir
    private Path temp;

    private Path folder;
    private SplittableRandom random;

    private void prepare(Reader reader) throws IOException {
        folder = Files.createDirectories(temp.resolve(reader.name()));
        try (Stream<Path> files = Files.list(BRIDGE.resolve(reader.model))) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName().toString()));
            }
        }
        if (reader.name().startsWith("ADAPTER")) {
            adapter();
        }
        Tokenizer tokenizer = Tokenizers.read(folder);
        try (TokenWriter writer = new TokenWriter(folder.resolve("text.tok"), tokenizer, 16)) {
            writer.add(tokenizer.encode("some words of a text"));
            writer.finish();
        }
        Files.write(folder.resolve("train.bin"), new byte[] {1, 0, 2, 0, 20, 0, 40, 0});
    }

    private void adapter() throws IOException {
        Path text = TinyRun.text(temp);
        Path run = temp.resolve("lora");
        Tgpt trained = Tgpt.run(
                "train",
                "--from",
                folder.toString(),
                "--data",
                text.toString(),
                "--run",
                run.toString(),
                "--lora",
                "rank=1",
                "--steps",
                "1",
                "--set",
                "batch=1",
                "--set",
                "evalBatches=1",
                "--set",
                "sampleLength=0");
        assertThat(trained.code()).as(trained.toString()).isZero();
        for (String name : List.of("adapter_config.json", "adapter_model.safetensors")) {
            Files.copy(run.resolve("last-adapter").resolve(name), folder.resolve(name));
        }
    }

    private void read(Reader reader) throws IOException {
        Path file = folder.resolve(reader.file);
        switch (reader) {
            case SAFETENSORS -> {
                try (SafeTensors tensors = SafeTensors.openAny(file)) {
                    for (SafeTensors.Entry entry : tensors.entries()) {
                        tensors.floats(entry.name());
                    }
                }
            }
            case TOKENIZER, LLAMA_TOKENIZER -> {
                Tokenizer tokenizer = Tokenizers.read(file);
                tokenizer.decode(tokenizer.encode("Hello w\u00F6rld 123 \uD83D\uDE00\n"));
                Tokenizer.fromJson(tokenizer.toJson());
            }
            case ADAPTER_CONFIG, ADAPTER_TENSORS -> {
                try (SequentialDevice device = new SequentialDevice();
                        HfImport base = HfImport.open(BRIDGE.resolve("gpt2"), null, 0)) {
                    PeftFolder.merge(folder, new Weights(base.config().model(), device));
                }
            }
            case PACKED -> {
                TokenFile tokens = TokenFile.packed(file);
                Checksums.verify(tokens);
                tokens.tokens().visit(0, tokens.tokens().length(), (values, count) -> {});
            }
            case RAW -> {
                TokenFile tokens = TokenFile.raw(file, Tokenizers.find(Tokenizers.BYTE));
                tokens.tokens().visit(0, tokens.tokens().length(), (values, count) -> {});
            }
            default -> {
                try (HfImport imported = HfImport.open(folder, null, 0)) {
                    long parameters = imported.config().model().parameters().size();
                    assertThat(parameters).isLessThan(2_000_000);
                    try (SequentialDevice device = new SequentialDevice()) {
                        imported.load(new Weights(imported.config().model(), device));
                    }
                }
            }
        }
    }

    private String outcome(Reader reader) {
        try {
            read(reader);
            return "read";
        } catch (CheckpointException | DataException e) {
            return "refused";
        } catch (IllegalArgumentException e) {
            boolean ours = e.getClass().equals(IllegalArgumentException.class)
                    && e.getStackTrace()[0].getClassName().startsWith("org.tornadogpt");
            return ours ? "refused" : e + " at " + e.getStackTrace()[0];
        } catch (IOException | RuntimeException | Error e) {
            return e + " at " + Arrays.toString(e.getStackTrace());
        }
    }

    @ParameterizedTest
    @EnumSource
    void nothingElseThanTheProjectsOwnException(Reader reader) throws IOException {
        prepare(reader);
        random = new SplittableRandom(24);
        Path file = folder.resolve(reader.file);
        byte[] good = Files.readAllBytes(file);
        assertThat(outcome(reader)).isEqualTo("read");
        int refused = 0;
        for (int i = 0; i < CASES; i++) {
            byte[] bad = changed(reader, good);
            Files.write(file, bad);
            long before = thread.getCurrentThreadAllocatedBytes();
            long start = System.nanoTime();
            String outcome = outcome(reader);
            long allocated = thread.getCurrentThreadAllocatedBytes() - before;
            assertThat(outcome).as("%s, case %d: %s", reader, i, brief(bad)).matches("read|refused");
            assertThat(allocated).as("bytes, %s, case %d", reader, i).isLessThan(MOST + 8L * bad.length);
            assertThat(System.nanoTime() - start).as("nanoseconds, case %d", i).isLessThan(SLOW_NANOS);
            refused += outcome.equals("refused") ? 1 : 0;
        }
        assertThat(refused).as("refused").isGreaterThan(CASES / 10);
    }

    private static String brief(byte... bytes) {
        return new String(bytes, 0, Math.min(400, bytes.length), StandardCharsets.ISO_8859_1).replaceAll("[^ -~]", "?");
    }

    private byte[] changed(Reader reader, byte... good) {
        if (random.nextInt(12) == 0) {
            return junk();
        }
        byte[] bad = good;
        for (int count = 1 + random.nextInt(2); count > 0; count--) {
            bad = random.nextInt(4) == 0 ? bytes(bad) : sealed(reader, bad);
        }
        return bad;
    }

    /** What begins as a file of another format. */
    private byte[] junk() {
        byte[] bytes = new byte[random.nextInt(300)];
        random.nextBytes(bytes);
        byte[] magic = List.of("GGUF", "TGPT-TOK", "PK\u0003\u0004", "{\"a\":", "[".repeat(5000))
                .get(random.nextInt(5))
                .getBytes(StandardCharsets.ISO_8859_1);
        byte[] joined = Arrays.copyOf(magic, magic.length + bytes.length);
        System.arraycopy(bytes, 0, joined, magic.length, bytes.length);
        return joined;
    }

    private byte[] bytes(byte... good) {
        if (good.length == 0) {
            return new byte[] {1};
        }
        byte[] bad = good.clone();
        switch (random.nextInt(4)) {
            case 0 -> bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bad = Arrays.copyOf(bad, random.nextInt(bad.length));
            case 2 -> bad[random.nextInt(Math.min(16, bad.length))] = (byte) random.nextInt();
            default -> bad = Arrays.copyOf(bad, bad.length + 1 + random.nextInt(100));
        }
        return bad;
    }

    /** Changes what a checksum or a length stands for, and then these. */
    private byte[] sealed(Reader reader, byte... good) {
        if (reader.isJson()) {
            return json(new String(good, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8);
        }
        if (reader == Reader.PACKED && good.length > 128) {
            return packed(good.clone());
        }
        if (reader == Reader.RAW || good.length < Long.BYTES) {
            return bytes(good);
        }
        return tensors(good);
    }

    private byte[] tensors(byte... good) {
        long length = ByteBuffer.wrap(good).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (length < 0 || length > good.length - Long.BYTES) {
            return bytes(good);
        }
        String header = new String(good, Long.BYTES, (int) length, StandardCharsets.UTF_8);
        byte[] other = json(header).getBytes(StandardCharsets.UTF_8);
        int values = good.length - Long.BYTES - (int) length;
        return ByteBuffer.allocate(Long.BYTES + other.length + values)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(random.nextInt(10) == 0 ? random.nextLong() : other.length)
                .put(other)
                .put(good, Long.BYTES + (int) length, values)
                .array();
    }

    private byte[] packed(byte... bad) {
        ByteBuffer header = ByteBuffer.wrap(bad).order(ByteOrder.LITTLE_ENDIAN);
        long hostile = 1L << random.nextInt(64);
        switch (random.nextInt(6)) {
            case 0 -> header.putInt(12, (int) hostile);
            case 1 -> header.putLong(16, hostile);
            case 2 -> header.putInt(24, (int) hostile);
            case 3 -> header.putInt(28, (int) hostile);
            case 4 -> header.putLong(40, hostile);
            default -> {
                int at = 128 + random.nextInt(Math.max(1, Math.min(bad.length - 128, header.getInt(28))));
                bad[at] = (byte) "0123456789{}[]\",:a".charAt(random.nextInt(18));
            }
        }
        int length = header.getInt(28);
        if (length > 0 && length <= bad.length - 128) {
            header.put(48, sha256(Arrays.copyOfRange(bad, 128, 128 + length)));
        }
        CRC32C crc = new CRC32C();
        crc.update(bad, 0, 124);
        header.putInt(124, (int) crc.getValue());
        return bad;
    }

    private static byte[] sha256(byte... bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    /** Puts another value in the place of a number or a string, or spoils the syntax. */
    private String json(String text) {
        Matcher places = (random.nextBoolean() ? NUMBER : STRING).matcher(text);
        List<MatchResult> found = new ArrayList<>(places.results().toList());
        if (found.isEmpty() || random.nextInt(10) == 0) {
            int at = random.nextInt(text.length() + 1);
            return text.substring(0, at) + "[".repeat(random.nextInt(3000)) + text.substring(at);
        }
        MatchResult place = found.get(random.nextInt(found.size()));
        MatchResult other = found.get(random.nextInt(found.size()));
        String value = random.nextInt(3) == 0 ? other.group() : VALUES.get(random.nextInt(VALUES.size()));
        return text.substring(0, place.start()) + value + text.substring(place.end());
    }

    /** The command line says it in one line, and no folder is left. */
    @Test
    void aFileOfAnotherKindIsRefusedInOneLine() throws IOException {
        Path gguf = Files.write(temp.resolve("model.gguf"), "GGUF\u0003\0\0\0junk".getBytes(StandardCharsets.UTF_8));
        Path run = temp.resolve("run");
        for (String[] args : new String[][] {
            {"import", gguf.toString(), "--run", run.toString()},
            {"train", "--from", gguf.toString(), "--data", "quote", "--run", run.toString()},
            {"train", "--data", gguf.toString(), "--run", run.toString()},
            {"train", "--tokenizer", gguf.toString(), "--data", "quote", "--run", run.toString()},
            {"data", "stats", gguf.toString()},
            {"tokenizer", "show", "--tokenizer", gguf.toString(), "--text", "x"}
        }) {
            Tgpt tgpt = Tgpt.run(args);
            assertThat(tgpt.code()).as(tgpt.toString()).isBetween(1, 2);
            assertThat(tgpt.err().lines()).as(tgpt.toString()).hasSize(1).noneMatch(l -> l.contains("internal error"));
            assertThat(run).doesNotExist();
        }
    }

    @Test
    void aByteFallbackTokenizerWithoutItsBytesIsRefusedByName() throws IOException {
        Path file = Files.writeString(
                temp.resolve("tokenizer.json"),
                "{\"model\":{\"type\":\"BPE\",\"byte_fallback\":true,\"vocab\":{\"a\":0},\"merges\":[]}}");
        Tgpt tgpt = Tgpt.run("tokenizer", "show", "--tokenizer", file.toString(), "--text", "x");
        assertThat(tgpt.code()).isNotZero();
        assertThat(tgpt.err()).contains("byte_fallback");
    }
}
