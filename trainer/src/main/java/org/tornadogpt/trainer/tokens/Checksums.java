package org.tornadogpt.trainer.tokens;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.tornadogpt.model.training.Tokens;
import org.tornadogpt.trainer.data.DataException;

/** SHA-256 of tokens and texts. */
public final class Checksums {
    private static final int SAMPLES = 64;
    private static final int SAMPLE = 1024;
    private static final int STEP = 1 << 24;

    private Checksums() {}

    /** A digest to be fed. */
    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    static byte[] sha256(byte... bytes) {
        return sha256().digest(bytes);
    }

    /**
     * Reads all tokens of a packed file and compares them with its header's checksum.
     *
     * @throws DataException if it is another
     */
    public static void verify(TokenFile packed) {
        MessageDigest digest = sha256();
        MappedTokens tokens = (MappedTokens) packed.tokens();
        long size = tokens.memory().byteSize();
        for (long at = 0; at < size; at += STEP) {
            digest.update(tokens.memory().asSlice(at, Math.min(STEP, size - at)).asByteBuffer());
        }
        if (!HexFormat.of().formatHex(digest.digest()).equals(packed.sum())) {
            throw PackedHeader.damaged(packed.file().toString(), "the checksum of its tokens is another");
        }
    }

    /** Of the length and stretches all over: a large file without a checksum of its own is to be used at once. */
    static String sample(Tokens tokens) {
        MessageDigest digest = sha256();
        int[] part = new int[(int) Math.min(SAMPLE, tokens.length())];
        ByteBuffer bytes = ByteBuffer.allocate(part.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        digest.update(Long.toString(tokens.length()).getBytes(StandardCharsets.US_ASCII));
        long last = tokens.length() - part.length;
        for (int i = 0; i < SAMPLES; i++) {
            tokens.copy(last / (SAMPLES - 1) * i, part, 0, part.length);
            bytes.clear().asIntBuffer().put(part);
            digest.update(bytes.array());
        }
        return "of " + SAMPLES + " samples: " + HexFormat.of().formatHex(digest.digest());
    }
}
