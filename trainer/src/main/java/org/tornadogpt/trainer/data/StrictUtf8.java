package org.tornadogpt.trainer.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * UTF-8 that must be UTF-8: no replacement characters, no NUL bytes. Read piece by piece, so that nothing is held
 * twice.
 */
final class StrictUtf8 {
    static final int CHUNK = 1 << 16;

    private final ByteBuffer in = ByteBuffer.allocate(CHUNK);
    private final CharBuffer out = CharBuffer.allocate(CHUNK);

    /**
     * Decodes all of a stream; ends early where it is no text.
     *
     * @param progress told how many bytes there were so far; may throw
     * @return empty, or why it is no text, with the offset of the first byte that is none
     */
    Optional<String> decode(InputStream bytes, LineEnds text, LongConsumer progress) throws IOException {
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        in.clear();
        long offset = 0; // of the byte at index 0 of the buffer
        boolean end = false;
        while (!end) {
            int count = bytes.read(in.array(), in.position(), in.remaining());
            end = count < 0;
            in.position(in.position() + Math.max(0, count)).flip();
            if (offset == 0 && isUtf16()) {
                return Optional.of("it is UTF-16; iconv -f UTF-16 -t UTF-8 converts it");
            }
            CoderResult result = decoder.decode(in, out.clear(), end);
            int nul = firstNul(in.array(), in.position());
            if (nul < in.position()) {
                return Optional.of("a NUL byte at offset " + (offset + nul));
            }
            if (result.isError()) {
                return Optional.of(String.format(
                        Locale.ROOT, "byte 0x%02x at offset %d", in.get(in.position()), offset + in.position()));
            }
            text.add(out.array(), out.position());
            offset += in.position();
            in.compact();
            progress.accept(offset);
        }
        return Optional.empty();
    }

    private boolean isUtf16() {
        int mark = in.limit() < 2 ? 0 : in.getShort(0) & 0xFFFF;
        return mark == 0xFEFF || mark == 0xFFFE;
    }

    private static int firstNul(byte[] bytes, int end) {
        int i = 0;
        while (i < end && bytes[i] != 0) {
            i++;
        }
        return i;
    }
}
