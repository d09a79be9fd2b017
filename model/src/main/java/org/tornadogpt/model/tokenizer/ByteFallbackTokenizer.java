package org.tornadogpt.model.tokenizer;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.tornadogpt.model.Tokenizer;

/**
 * Byte-pair encoding over code points, as SentencePiece does it for Llama 2, Mistral and Gemma (Kudo and Richardson
 * 2018): spaces become {@code U+2581}, code points of the vocabulary are merged pair by pair, and a code point without
 * a token becomes one token {@code <0xNN>} for each of its UTF-8 bytes. Every text has tokens.
 */
public final class ByteFallbackTokenizer implements Tokenizer {
    private static final int BYTES = 256;

    /** Characters that one thread encodes at a time. */
    private static final int CHUNK = 1 << 17;

    /** What a malformed byte is shown as. */
    private static final String MALFORMED = "\uFFFD";

    private final Definition definition;
    private final Map<String, Integer> ids = new HashMap<>();
    private final int[] tokenOfByte = new int[BYTES];
    private final Map<Integer, Byte> byteOfToken = new HashMap<>();
    private final Merges merges;
    private final boolean wordsAreApart;
    private final AddedTokens added;

    /**
     * What a tokenizer is made of.
     *
     * @param json the {@code tokenizer.json} that it was read from
     * @param pieces the text of each token; null for a number that no token has
     * @param merges pairs of tokens, two by two, in the order of their ranks
     * @param spaces what is done to spaces
     * @param ignoreMerges whether a piece that is a token is that token, whatever merges make of it
     * @param added tokens that are found in texts first
     * @param first the token that texts of this vocabulary begin with; -1 for none
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
    record Definition(
            String json,
            String[] pieces,
            int[] merges,
            WordMarks spaces,
            boolean ignoreMerges,
            List<AddedToken> added,
            int first) {
        Definition {
            added = List.copyOf(added);
        }
    }

    /** @throws IllegalArgumentException if a byte has no token or a merge makes none */
    ByteFallbackTokenizer(Definition definition) {
        this.definition = definition;
        for (int id = 0; id < definition.pieces.length; id++) {
            if (definition.pieces[id] != null) {
                ids.putIfAbsent(definition.pieces[id], id);
            }
        }
        for (int b = 0; b < BYTES; b++) {
            String name = String.format(Locale.ROOT, "<0x%02X>", b);
            Integer id = ids.get(name);
            if (id == null) {
                throw new IllegalArgumentException(
                        "it asks for byte_fallback, and its vocabulary has no token " + name);
            }
            tokenOfByte[b] = id;
            byteOfToken.put(id, (byte) b);
        }
        merges = new Merges(definition.merges.length / 2);
        wordsAreApart = addMerges();
        added = new AddedTokens(definition.added);
    }

    /** Returns whether no merge joins a word to the one before it. */
    private boolean addMerges() {
        boolean apart = true;
        for (int i = 0; i < definition.merges.length; i += 2) {
            String joined = definition.pieces[definition.merges[i]] + definition.pieces[definition.merges[i + 1]];
            Integer id = ids.get(joined);
            if (id == null) {
                throw new IllegalArgumentException(
                        "merge " + i / 2 + " makes '" + joined + "', which is not in the vocabulary");
            }
            merges.add(definition.merges[i], definition.merges[i + 1], id);
            apart &= WordMarks.nextWord(joined, 0, joined.length()) == joined.length();
        }
        return apart;
    }

    @Override
    public int vocabularySize() {
        return definition.pieces.length;
    }

    @Override
    public int[] encode(String text) {
        Ints all = new Ints();
        added.split(text, new AddedTokens.Parts() {
            @Override
            public void text(int from, int to) {
                if (from < to) {
                    encodeMarked(definition.spaces.mark(text.substring(from, to), from == 0), all);
                }
            }

            @Override
            public void added(int id) {
                all.add(id);
            }
        });
        return all.toArray();
    }

    private void encodeMarked(String marked, Ints out) {
        List<int[]> ranges = ranges(marked);
        int[][] encoded = new int[ranges.size()][];
        IntStream.range(0, encoded.length)
                .parallel()
                .forEach(i -> encoded[i] = encodeRange(marked, ranges.get(i)[0], ranges.get(i)[1]));
        for (int[] tokens : encoded) {
            out.addAll(tokens);
        }
    }

    /** Parts that can be encoded by themselves: they end where a word ends. */
    private List<int[]> ranges(String marked) {
        List<int[]> ranges = new ArrayList<>();
        int from = 0;
        while (from < marked.length()) {
            int to = marked.length() - from > CHUNK ? nextPiece(marked, from + CHUNK) : marked.length();
            ranges.add(new int[] {from, to});
            from = to;
        }
        return ranges;
    }

    private int[] encodeRange(String marked, int from, int to) {
        Ints out = new Ints();
        PieceCache cache = new PieceCache(this::encodePiece);
        int start = from;
        while (start < to) {
            int end = Math.min(to, nextPiece(marked, start));
            out.addAll(cache.tokens(marked.substring(start, end)));
            start = end;
        }
        return out.toArray();
    }

    /** Where the piece that has the character at {@code at} ends. */
    private int nextPiece(String marked, int at) {
        if (definition.spaces.split()) {
            int next = marked.indexOf(WordMarks.MARK, at + 1);
            return next < 0 ? marked.length() : next;
        }
        return wordsAreApart ? WordMarks.nextWord(marked, at, marked.length()) : marked.length();
    }

    private int[] encodePiece(String piece) {
        Integer whole = definition.ignoreMerges ? ids.get(piece) : null;
        if (whole != null) {
            return new int[] {whole};
        }
        Ints symbols = new Ints();
        piece.codePoints().forEach(c -> {
            Integer id = ids.get(Character.toString(c));
            if (id == null) {
                for (byte b : Character.toString(c).getBytes(StandardCharsets.UTF_8)) {
                    symbols.add(tokenOfByte[b & 0xFF]);
                }
            } else {
                symbols.add(id);
            }
        });
        int[] tokens = symbols.toArray();
        return Arrays.copyOf(tokens, merges.merge(tokens, tokens.length));
    }

    @Override
    public Encoded encodePrompt(String text) {
        return new Encoded(encode(text), 0, 0, "");
    }

    /** The text of tokens in the middle of a text: the space that a mark stands for is kept. */
    @Override
    public String decode(int[] tokens) {
        StreamDecoder decoder = new StreamDecoder(false);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < tokens.length; i++) {
            if (tokens[i] < 0 || tokens[i] >= definition.pieces.length) {
                throw new IllegalArgumentException("token " + tokens[i] + " at " + i + " lies outside a vocabulary of "
                        + definition.pieces.length);
            }
            text.append(decoder.next(tokens[i]));
        }
        return text.append(decoder.end()).toString();
    }

    @Override
    public String decodeWhole(int[] tokens) {
        String text = decode(tokens);
        return definition.spaces.strips() && text.startsWith(" ") ? text.substring(1) : text;
    }

    @Override
    public Decoder decoder() {
        return new StreamDecoder(true);
    }

    /** Holds byte tokens back until what follows shows whether they are a character. */
    private final class StreamDecoder implements Decoder {
        private final Ints held = new Ints();
        private final boolean eager;

        /** @param eager whether a character is shown before its neighbours in bytes are known to be well-formed */
        StreamDecoder(boolean eager) {
            this.eager = eager;
        }

        @Override
        public String next(int token) {
            Byte value = byteOfToken.get(token);
            if (value == null) {
                String piece = definition.pieces[token] == null ? "" : definition.pieces[token];
                return end() + piece.replace(WordMarks.MARK, ' ');
            }
            held.add(value);
            return eager && isWhole() ? end() : "";
        }

        /** A well-formed text that a further byte cannot belong to. */
        private boolean isWhole() {
            String text = wellFormed();
            return text != null && !text.isEmpty();
        }

        private String wellFormed() {
            try {
                return StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(bytes()))
                        .toString();
            } catch (CharacterCodingException e) {
                return null;
            }
        }

        private byte[] bytes() {
            int[] values = held.toArray();
            byte[] bytes = new byte[values.length];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) values[i];
            }
            return bytes;
        }

        @Override
        public String end() {
            String text = wellFormed();
            String shown = text == null ? MALFORMED.repeat(held.size()) : text;
            held.clear();
            return shown;
        }
    }

    @Override
    public int characters(int token) {
        Byte value = byteOfToken.get(token);
        if (value != null) {
            return Utf8Stream.beginnings(value);
        }
        String piece = definition.pieces[token];
        return piece == null ? 0 : piece.codePointCount(0, piece.length());
    }

    /** The token that texts of this vocabulary begin with if there is one, else a line break. */
    @Override
    public int startToken() {
        return definition.first >= 0 ? definition.first : tokenOfByte['\n'];
    }

    @Override
    public int endOfText() {
        return AddedTokens.endOfText(definition.added);
    }

    /** Each token as bytes in the writing of byte-level vocabularies; empty for a number that no token has. */
    public List<String> texts() {
        List<String> texts = new ArrayList<>();
        for (int id = 0; id < definition.pieces.length; id++) {
            Byte value = byteOfToken.get(id);
            String piece = definition.pieces[id] == null ? "" : definition.pieces[id];
            boolean twice = value != null && value >= 0 && ids.containsKey(String.valueOf((char) (byte) value));
            texts.add(
                    value == null || twice
                            ? ByteAlphabet.write(
                                    piece.replace(WordMarks.MARK, ' ').getBytes(StandardCharsets.UTF_8))
                            : ByteAlphabet.write(new byte[] {value}));
        }
        return texts;
    }

    /** The file that it was read from. */
    @Override
    public String toJson() {
        return definition.json;
    }
}
