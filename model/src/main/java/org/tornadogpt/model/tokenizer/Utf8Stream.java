package org.tornadogpt.model.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.tornadogpt.model.Tokenizer;

/** Bytes that come piece by piece, as text: a code point is given out when it is whole, what is malformed as U+FFFD. */
abstract class Utf8Stream implements Tokenizer.Decoder {
    private byte[] held = new byte[0];

    /** The bytes of a token. */
    abstract byte[] bytes(int token);

    @Override
    public String next(int token) {
        byte[] piece = bytes(token);
        byte[] all = Arrays.copyOf(held, held.length + piece.length);
        System.arraycopy(piece, 0, all, held.length, piece.length);
        int whole = whole(all);
        held = Arrays.copyOfRange(all, whole, all.length);
        return new String(all, 0, whole, StandardCharsets.UTF_8);
    }

    @Override
    public String end() {
        String rest = new String(held, StandardCharsets.UTF_8);
        held = new byte[0];
        return rest;
    }

    /** Bytes before a code point that has begun and not ended. */
    private static int whole(byte... bytes) {
        for (int back = 1; back <= 3 && back <= bytes.length; back++) {
            int b = bytes[bytes.length - back] & 0xFF;
            if (b >= 0xC0) {
                int needed = b >= 0xF0 ? 4 : b >= 0xE0 ? 3 : 2;
                return needed > back ? bytes.length - back : bytes.length;
            }
            if (b < 0x80) {
                break;
            }
        }
        return bytes.length;
    }

    /** How many code points begin in these bytes. */
    static int beginnings(byte... bytes) {
        int count = 0;
        for (byte b : bytes) {
            count += (b & 0xC0) == 0x80 ? 0 : 1;
        }
        return count;
    }
}
