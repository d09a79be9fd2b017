package org.tornadogpt.model.training;

import java.util.Arrays;

/**
 * Tokens in memory, each in as many bytes as the vocabulary needs: one up to 256, two up to 65,536, else four. A list
 * that grows.
 */
public final class CompactTokens implements Tokens {
    private static final int BYTE_VOCABULARY = 1 << Byte.SIZE;
    private static final int SHORT_VOCABULARY = 1 << Short.SIZE;

    /** Tokens in one array. Arrays are many, so that none is copied when there are more tokens. */
    private static final int CHUNK = 1 << 20;

    /** Tokens that are renumbered at a time; a whole number of times in a chunk. */
    private static final int PART = 1 << 14;

    private final int vocabulary;
    private Object[] chunks = new Object[16];
    private long length;

    /** An empty list of tokens below {@code vocabulary}. */
    public CompactTokens(int vocabulary) {
        this.vocabulary = vocabulary;
    }

    @Override
    public long length() {
        return length;
    }

    /** Bytes that one token takes. */
    public int width() {
        return width(vocabulary);
    }

    /** Bytes that one token of such a vocabulary takes. */
    public static int width(int vocabulary) {
        if (vocabulary <= BYTE_VOCABULARY) {
            return Byte.BYTES;
        }
        return vocabulary <= SHORT_VOCABULARY ? Short.BYTES : Integer.BYTES;
    }

    /** Appends tokens. */
    public void add(int... tokens) {
        int done = 0;
        while (done < tokens.length) {
            int chunk = (int) (length / CHUNK);
            int at = (int) (length % CHUNK);
            if (at == 0) {
                begin(chunk);
            }
            int count = Math.min(CHUNK - at, tokens.length - done);
            write(chunks[chunk], at, tokens, done, count);
            done += count;
            length += count;
        }
    }

    /**
     * These tokens by other numbers; this list is empty then, so that no more than one of its arrays is there twice.
     *
     * @param table new number of each token
     * @param newVocabulary what all new numbers are below
     */
    public CompactTokens renumbered(int[] table, int newVocabulary) {
        CompactTokens renumbered = new CompactTokens(newVocabulary);
        int[] part = new int[PART];
        for (long from = 0; from < length; from += PART) {
            int count = (int) Math.min(PART, length - from);
            copy(from, part, 0, count);
            for (int i = 0; i < count; i++) {
                part[i] = table[part[i]];
            }
            renumbered.add(count == PART ? part : Arrays.copyOf(part, count));
            if ((from + PART) % CHUNK == 0) {
                chunks[(int) (from / CHUNK)] = null;
            }
        }
        chunks = new Object[16];
        length = 0;
        return renumbered;
    }

    private void begin(int chunk) {
        if (chunk == chunks.length) {
            chunks = Arrays.copyOf(chunks, 2 * chunk);
        }
        chunks[chunk] = switch (width()) {
            case Byte.BYTES -> new byte[CHUNK];
            case Short.BYTES -> new short[CHUNK];
            default -> new int[CHUNK];
        };
    }

    private static void write(Object chunk, int at, int[] tokens, int from, int count) {
        switch (chunk) {
            case byte[] bytes -> {
                for (int i = 0; i < count; i++) {
                    bytes[at + i] = (byte) tokens[from + i];
                }
            }
            case short[] shorts -> {
                for (int i = 0; i < count; i++) {
                    shorts[at + i] = (short) tokens[from + i];
                }
            }
            default -> System.arraycopy(tokens, from, chunk, at, count);
        }
    }

    @Override
    public void copy(long from, int[] to, int at, int count) {
        if (from < 0 || count < 0 || from + count > length) {
            throw new IndexOutOfBoundsException("tokens " + from + " to " + (from + count) + " of " + length);
        }
        int done = 0;
        while (done < count) {
            int within = (int) ((from + done) % CHUNK);
            int part = Math.min(CHUNK - within, count - done);
            read(chunks[(int) ((from + done) / CHUNK)], within, to, at + done, part);
            done += part;
        }
    }

    private static void read(Object chunk, int from, int[] to, int at, int count) {
        switch (chunk) {
            case byte[] bytes -> {
                for (int i = 0; i < count; i++) {
                    to[at + i] = Byte.toUnsignedInt(bytes[from + i]);
                }
            }
            case short[] shorts -> {
                for (int i = 0; i < count; i++) {
                    to[at + i] = Short.toUnsignedInt(shorts[from + i]);
                }
            }
            default -> System.arraycopy(chunk, from, to, at, count);
        }
    }
}
