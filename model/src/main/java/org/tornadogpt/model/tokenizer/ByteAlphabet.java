package org.tornadogpt.model.tokenizer;

import java.util.Arrays;

/**
 * GPT-2's way to write any bytes as printable characters: printable bytes of Latin-1 stand for themselves, the others
 * for U+0100 and so on, in order.
 */
final class ByteAlphabet {
    private static final int BYTES = 256;
    private static final char[] CHAR_OF = new char[BYTES];
    private static final int[] BYTE_OF = new int[2 * BYTES];

    static {
        Arrays.fill(BYTE_OF, -1);
        char next = BYTES;
        for (int b = 0; b < BYTES; b++) {
            CHAR_OF[b] = isPrintable(b) ? (char) b : next++;
            BYTE_OF[CHAR_OF[b]] = b;
        }
    }

    private ByteAlphabet() {}

    private static boolean isPrintable(int b) {
        return (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
    }

    /** Bytes as text. */
    static String write(byte... bytes) {
        StringBuilder text = new StringBuilder(bytes.length);
        for (byte b : bytes) {
            text.append(CHAR_OF[b & 0xFF]);
        }
        return text.toString();
    }

    /** The bytes that a text stands for; null if it has a character that stands for none. */
    static byte[] read(String text) {
        byte[] bytes = new byte[text.length()];
        for (int i = 0; i < bytes.length; i++) {
            char c = text.charAt(i);
            if (c >= BYTE_OF.length || BYTE_OF[c] < 0) {
                return null;
            }
            bytes[i] = (byte) BYTE_OF[c];
        }
        return bytes;
    }

    /** GPT-2's order of the bytes: those that stand for themselves, then the others. */
    static byte[] inOrder() {
        byte[] order = new byte[BYTES];
        int count = 0;
        for (int pass = 0; pass < 2; pass++) {
            for (int b = 0; b < BYTES; b++) {
                if (isPrintable(b) == (pass == 0)) {
                    order[count++] = (byte) b;
                }
            }
        }
        return order;
    }
}
