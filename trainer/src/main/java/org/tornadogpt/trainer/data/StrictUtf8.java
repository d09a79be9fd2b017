package org.tornadogpt.trainer.data;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** UTF-8 that must be UTF-8: no replacement characters, no NUL bytes. */
final class StrictUtf8 {
    private StrictUtf8() {}

    /**
     * @param name of the file, for the message
     * @throws DataException naming the file and the offset of the first byte that is not text
     */
    static String decode(String name, byte[] bytes) {
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        CoderResult result = decoder.decode(in, out, true);
        int nul = firstNul(bytes, in.position());
        if (nul < in.position()) {
            throw notText(name, nul, "a NUL byte");
        }
        if (result.isError()) {
            throw notText(name, in.position(), String.format(Locale.ROOT, "byte 0x%02x", bytes[in.position()]));
        }
        decoder.flush(out);
        return out.flip().toString();
    }

    private static int firstNul(byte[] bytes, int end) {
        int i = 0;
        while (i < end && bytes[i] != 0) {
            i++;
        }
        return i;
    }

    private static DataException notText(String name, int offset, String what) {
        return new DataException(name + " is not UTF-8 text: " + what + " at offset " + offset);
    }
}
