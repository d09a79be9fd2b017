package org.tornadogpt.trainer.tokens;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import org.tornadogpt.model.Tokenizer;

/** Writes a file of packed tokens beside its target and moves it there when it is whole. */
public final class TokenWriter implements AutoCloseable {
    private static final int BUFFER = 1 << 20;

    private final Path file;
    private final Path unfinished;
    private final Tokenizer tokenizer;
    private final byte[] json;
    private final int bits;
    private final MessageDigest digest = Checksums.sha256();
    private final FileChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
    private long count;
    private long characters;

    /** @param bits 16 or 32; 16 only for vocabularies up to 65,536 */
    public TokenWriter(Path file, Tokenizer tokenizer, int bits) throws IOException {
        this.file = file.toAbsolutePath();
        this.tokenizer = tokenizer;
        this.bits = bits;
        json = tokenizer.toJson().getBytes(StandardCharsets.UTF_8);
        unfinished = this.file.resolveSibling(this.file.getFileName() + ".unfinished");
        channel = FileChannel.open(
                unfinished, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
        channel.position(PackedHeader.offset(json.length));
    }

    /** Bits that a token of a vocabulary needs. */
    public static int bits(int vocabulary) {
        return vocabulary <= 1 << Short.SIZE ? Short.SIZE : Integer.SIZE;
    }

    /** Appends tokens. */
    public void add(int... tokens) {
        for (int token : tokens) {
            if (buffer.remaining() < Integer.BYTES) {
                flush();
            }
            if (bits == Short.SIZE) {
                buffer.putShort((short) token);
            } else {
                buffer.putInt(token);
            }
        }
        count += tokens.length;
    }

    /** Notes characters of the text. */
    public void addCharacters(long more) {
        characters += more;
    }

    public long count() {
        return count;
    }

    public long characters() {
        return characters;
    }

    private void flush() {
        try {
            digest.update(buffer.flip().duplicate());
            write(buffer);
            buffer.clear();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** Writes the header and puts the file in its place. */
    public void finish() throws IOException {
        flush();
        PackedHeader header = new PackedHeader(
                bits,
                count,
                tokenizer.vocabularySize(),
                json.length,
                characters,
                PackedHeader.offset(json.length),
                Checksums.sha256(json),
                digest.digest());
        channel.position(0);
        write(ByteBuffer.wrap(header.write()));
        write(ByteBuffer.wrap(json));
        channel.force(true);
        channel.close();
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** What was not finished is taken away. */
    @Override
    public void close() throws IOException {
        channel.close();
        Files.deleteIfExists(unfinished);
    }
}
