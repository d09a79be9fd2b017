package org.tornadogpt.trainer.tokens;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.tornadogpt.model.Tokenizer;
import org.tornadogpt.model.training.Tokens;
import org.tornadogpt.trainer.data.DataException;

/**
 * A text that is tokens already, in a file that is mapped and not read.
 *
 * @param file its absolute path
 * @param tokens all of them, or those to train on if {@code validation} has others
 * @param validation tokens of another file to validate on; null if there is none
 * @param tokenizer that they were made with
 * @param characters of the text, -1 if nobody counted them
 * @param sum stands for the contents: a SHA-256, or what it was taken of
 */
public record TokenFile(Path file, Tokens tokens, Tokens validation, Tokenizer tokenizer, long characters, String sum) {
    private static final String NANO_GPT = ".bin";

    /** What kind of file it is. */
    public enum Kind {
        /** Of {@code tgpt data pack}; knows its tokenizer. */
        PACKED,
        /** Of nanoGPT: 16-bit tokens and nothing else. */
        RAW,
        /** Anything else. */
        NONE
    }

    /** Looks at a file's beginning and name. */
    public static Kind kind(String spec) {
        Path path;
        try {
            path = Path.of(spec);
        } catch (InvalidPathException e) {
            return Kind.NONE;
        }
        if (!Files.isRegularFile(path)) {
            return Kind.NONE;
        }
        if (path.toString().toLowerCase(Locale.ROOT).endsWith(NANO_GPT)) {
            return Kind.RAW;
        }
        try (InputStream in = Files.newInputStream(path)) {
            return PackedHeader.isMagic(in.readNBytes(Long.BYTES)) ? Kind.PACKED : Kind.NONE;
        } catch (IOException e) {
            return Kind.NONE; // whoever reads it as a text says why that cannot be
        }
    }

    /**
     * Maps a file of packed tokens. Its header and tokenizer are checked, its tokens are as they are read: see
     * {@link Checksums}.
     *
     * @throws DataException that says in one line what is wrong
     */
    public static TokenFile packed(Path path) {
        Path file = path.toAbsolutePath().normalize();
        String name = file.toString();
        try (InputStream in = Files.newInputStream(file)) {
            PackedHeader header = PackedHeader.read(name, in.readNBytes(PackedHeader.SIZE), Files.size(file));
            byte[] json = in.readNBytes(header.tokenizerLength());
            if (!Arrays.equals(Checksums.sha256(json), header.tokenizerSum())) {
                throw PackedHeader.damaged(name, "its tokenizer's checksum is another");
            }
            Tokenizer tokenizer = tokenizer(name, json);
            if (tokenizer.vocabularySize() != header.vocabulary()) {
                throw PackedHeader.damaged(
                        name,
                        "its tokenizer has " + tokenizer.vocabularySize() + " tokens, its header says "
                                + header.vocabulary());
            }
            Tokens tokens = new MappedTokens(name, map(file, header.offset()), header.bytes(), header.vocabulary());
            return new TokenFile(file, tokens, null, tokenizer, header.characters(), header.sha256());
        } catch (IOException e) {
            throw unreadable(name, e);
        }
    }

    /** Bits of a token in the file. */
    public static int bits(TokenFile file) {
        return ((MappedTokens) file.tokens).width() * Byte.SIZE;
    }

    private static Tokenizer tokenizer(String name, byte... json) {
        try {
            return Tokenizer.fromJson(new String(json, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            throw new DataException("the tokenizer in " + name + " cannot be used: " + e.getMessage(), e);
        }
    }

    /**
     * Maps a file as nanoGPT's {@code prepare.py} writes them. Beside a {@code train.bin}, {@code val.bin} is what to
     * validate on.
     *
     * @throws DataException that says in one line what is wrong
     */
    public static TokenFile raw(Path path, Tokenizer tokenizer) {
        Path file = path.toAbsolutePath().normalize();
        Tokens tokens = rawTokens(file, tokenizer);
        Path other = file.resolveSibling("val" + NANO_GPT);
        boolean pair = String.valueOf(file.getFileName()).equals("train" + NANO_GPT) && Files.isRegularFile(other);
        Tokens validation = pair ? rawTokens(other, tokenizer) : null;
        String sum = Checksums.sample(tokens) + (pair ? "+" + Checksums.sample(validation) : "");
        return new TokenFile(file, tokens, validation, tokenizer, -1, sum);
    }

    private static Tokens rawTokens(Path file, Tokenizer tokenizer) {
        String name = file.toString();
        try {
            long size = Files.size(file);
            if (size == 0 || size % Short.BYTES != 0) {
                throw new DataException(
                        name + " is no file of nanoGPT: it has " + size + " bytes, which 16-bit tokens do not fill");
            }
            return new MappedTokens(name, map(file, 0), Short.BYTES, tokenizer.vocabularySize());
        } catch (IOException e) {
            throw unreadable(name, e);
        }
    }

    /** Mapped for as long as anybody holds the tokens. */
    private static MemorySegment map(Path file, long offset) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, offset, channel.size() - offset, Arena.ofAuto());
        }
    }

    private static DataException unreadable(String name, IOException e) {
        return new DataException("cannot read " + name + ": " + e.getMessage(), e);
    }
}
