package org.tornadogpt.trainer.tokens;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.tornadogpt.model.training.Tokens;
import org.tornadogpt.trainer.data.DataException;

/**
 * Tokens of a file that is mapped into memory: the system reads the pages that are looked at, and drops them when
 * memory is wanted. A token outside the vocabulary is found when it is read.
 */
final class MappedTokens implements Tokens {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final String name;
    private final MemorySegment memory;
    private final int width;
    private final int vocabulary;

    /**
     * Tokens in a mapped stretch.
     *
     * @param name of the file, for messages
     * @param width bytes of a token, 2 or 4
     */
    MappedTokens(String name, MemorySegment memory, int width, int vocabulary) {
        this.name = name;
        this.memory = memory;
        this.width = width;
        this.vocabulary = vocabulary;
    }

    @Override
    public long length() {
        return memory.byteSize() / width;
    }

    /** Bytes of a token. */
    int width() {
        return width;
    }

    MemorySegment memory() {
        return memory;
    }

    @Override
    public void copy(long from, int[] to, int at, int count) {
        try {
            for (int i = 0; i < count; i++) {
                long place = (from + i) * width;
                int token =
                        width == Short.BYTES ? Short.toUnsignedInt(memory.get(SHORT, place)) : memory.get(INT, place);
                if (Integer.compareUnsigned(token, vocabulary) >= 0) {
                    throw new DataException("token " + (from + i) + " of " + name + " is "
                            + Integer.toUnsignedString(token) + ", outside the tokenizer's vocabulary of "
                            + vocabulary);
                }
                to[at + i] = token;
            }
        } catch (InternalError e) { // a page that is no longer there
            throw new DataException(name + " cannot be read any more: was it cut short or replaced?", e);
        }
    }
}
