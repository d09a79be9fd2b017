package org.tornadogpt.trainer.tokens;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.CRC32C;
import org.tornadogpt.trainer.data.DataException;

/**
 * The first 128 bytes of a file of packed tokens, all numbers little-endian: magic (8 bytes), version (u32), bits of a
 * token (u32), number of tokens (u64), vocabulary (u32), length of the {@code tokenizer.json} that follows (u32),
 * characters of the text (u64), offset of the tokens (u64), SHA-256 of the tokenizer and of the tokens (32 bytes each),
 * zeros, and the CRC-32C of all before it.
 *
 * @param bits 16 or 32
 * @param count tokens
 * @param vocabulary of the tokenizer
 * @param tokenizerLength bytes of the tokenizer's JSON
 * @param characters code points of the text that was packed
 * @param offset where the tokens begin, in bytes from the beginning of the file
 * @param tokenizerSum SHA-256
 * @param dataSum SHA-256
 */
@SuppressWarnings("ArrayRecordComponent") // compared by their writing
record PackedHeader(
        int bits,
        long count,
        int vocabulary,
        int tokenizerLength,
        long characters,
        long offset,
        byte[] tokenizerSum,
        byte[] dataSum) {
    static final int SIZE = 128;

    /** Tokens begin at a multiple of this, the size of a page. */
    static final int ALIGNMENT = 4096;

    private static final byte[] MAGIC = {'T', 'G', 'P', 'T', '-', 'T', 'O', 'K'};
    private static final int VERSION = 1;
    private static final int SUM = 32;
    private static final int LARGEST_TOKENIZER = 1 << 26;
    private static final int LARGEST_VOCABULARY = 1 << 21;

    /** Whether a file that begins so is one of packed tokens. */
    static boolean isMagic(byte... bytes) {
        return bytes.length >= MAGIC.length && Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length);
    }

    static long offset(int tokenizerLength) {
        return Math.ceilDiv((long) SIZE + tokenizerLength, ALIGNMENT) * ALIGNMENT;
    }

    byte[] write() {
        ByteBuffer out = ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN);
        out.put(MAGIC).putInt(VERSION).putInt(bits).putLong(count).putInt(vocabulary);
        out.putInt(tokenizerLength)
                .putLong(characters)
                .putLong(offset)
                .put(tokenizerSum)
                .put(dataSum);
        out.putInt(SIZE - Integer.BYTES, sum(out.array()));
        return out.array();
    }

    private static int sum(byte... header) {
        CRC32C crc = new CRC32C();
        crc.update(header, 0, SIZE - Integer.BYTES);
        return (int) crc.getValue();
    }

    /**
     * Reads and checks a header.
     *
     * @param name of the file, for messages
     * @param fileSize bytes that the file has
     * @throws DataException that says in one line what is wrong
     */
    static PackedHeader read(String name, byte[] bytes, long fileSize) {
        if (!isMagic(bytes) || bytes.length < SIZE) {
            throw new DataException(name + " is not a file of packed tokens ('tgpt data pack' makes one)");
        }
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).position(MAGIC.length);
        int version = in.getInt();
        if (version != VERSION) {
            throw new DataException(name + " has version " + version + " of packed tokens, only " + VERSION
                    + " can be read: pack the text again");
        }
        if (in.getInt(SIZE - Integer.BYTES) != sum(bytes)) {
            throw damaged(name, "its header's checksum is another");
        }
        PackedHeader header = new PackedHeader(
                in.getInt(), in.getLong(), in.getInt(), in.getInt(), in.getLong(), in.getLong(), sum(in), sum(in));
        header.check(name, fileSize);
        return header;
    }

    private static byte[] sum(ByteBuffer in) {
        byte[] sum = new byte[SUM];
        in.get(sum);
        return sum;
    }

    /** A checksum says that the header is as it was written, not that somebody meant well. */
    private void check(String name, long fileSize) {
        if (bits != Short.SIZE && bits != Integer.SIZE) {
            throw damaged(name, "its tokens have " + bits + " bits, not 16 or 32");
        }
        if (vocabulary <= 0 || vocabulary > (bits == Short.SIZE ? 1 << Short.SIZE : LARGEST_VOCABULARY)) {
            throw damaged(name, "its vocabulary has " + vocabulary + " tokens of " + bits + " bits");
        }
        if (tokenizerLength <= 0 || tokenizerLength > LARGEST_TOKENIZER || offset != offset(tokenizerLength)) {
            throw damaged(name, "its tokenizer has " + tokenizerLength + " bytes, its tokens begin at " + offset);
        }
        if (count < 0
                || offset > fileSize
                || count != (fileSize - offset) / bytes()
                || (fileSize - offset) % bytes() != 0) {
            throw damaged(
                    name, "it is of " + fileSize + " bytes, " + count + " tokens of " + bits + " bits do not fill it");
        }
    }

    static DataException damaged(String name, String what) {
        return new DataException("the file of packed tokens " + name + " is damaged: " + what);
    }

    /** Bytes of a token. */
    int bytes() {
        return bits / Byte.SIZE;
    }

    /** SHA-256 of the tokens, in hexadecimal. */
    String sha256() {
        return HexFormat.of().formatHex(dataSum);
    }
}
