package org.tornadogpt.model.tokenizer;

import java.nio.ByteBuffer;
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
 * Byte-level byte-pair encoding (Radford et al. 2019): a text is cut into pieces, the bytes of each piece are merged
 * pair by pair. Every text has tokens. Long texts are encoded by all cores; the tokens are the same whatever their
 * number.
 */
public final class BpeTokenizer implements Tokenizer {
    private static final int BYTES = 256;

    /** Characters that one thread encodes at a time; those of a piece are never shared out. */
    private static final int CHUNK = 1 << 17;

    private final byte[][] pieces;
    private final int[] tokenOfByte;
    private final Merges merges;
    private final Map<ByteBuffer, Integer> whole;
    private final AddedTokens added;
    private final Definition definition;
    private final int start;

    /**
     * What a tokenizer is made of.
     *
     * @param pieces the bytes of each token; null for a number that no token has
     * @param merges pairs of tokens, two by two, in the order of their ranks; each pair's bytes are those of a token
     * @param preTokenizer cuts texts into pieces
     * @param ignoreMerges whether a piece that is a token is that token, whatever merges make of it
     * @param added tokens that are found in texts first
     * @param first the token that texts of this vocabulary begin with; -1 for none
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
    record Definition(
            byte[][] pieces,
            int[] merges,
            PreTokenizer preTokenizer,
            boolean ignoreMerges,
            List<AddedToken> added,
            int first) {
        Definition {
            added = List.copyOf(added);
        }
    }

    /** @throws IllegalArgumentException if a byte has no token or a merge makes none */
    BpeTokenizer(Definition definition) {
        this.definition = definition;
        pieces = definition.pieces.clone();
        for (AddedToken token : definition.added) {
            pieces[token.id()] = token.content().getBytes(StandardCharsets.UTF_8);
        }
        Map<ByteBuffer, Integer> ids = new HashMap<>();
        for (int id = 0; id < definition.pieces.length; id++) {
            if (definition.pieces[id] != null) {
                ids.putIfAbsent(ByteBuffer.wrap(definition.pieces[id]), id);
            }
        }
        tokenOfByte = tokensOfBytes(ids);
        merges = merges(ids);
        whole = definition.ignoreMerges ? ids : Map.of();
        added = new AddedTokens(definition.added);
        start = definition.first >= 0 ? definition.first : tokenOfByte['\n'];
    }

    private static int[] tokensOfBytes(Map<ByteBuffer, Integer> ids) {
        int[] tokens = new int[BYTES];
        for (int b = 0; b < BYTES; b++) {
            Integer id = ids.get(ByteBuffer.wrap(new byte[] {(byte) b}));
            if (id == null) {
                throw new IllegalArgumentException(
                        String.format(Locale.ROOT, "the vocabulary has no token for the byte 0x%02X", b));
            }
            tokens[b] = id;
        }
        return tokens;
    }

    private Merges merges(Map<ByteBuffer, Integer> ids) {
        int[] pairs = definition.merges;
        Merges table = new Merges(pairs.length / 2);
        for (int i = 0; i < pairs.length; i += 2) {
            byte[] left = definition.pieces[pairs[i]];
            byte[] right = definition.pieces[pairs[i + 1]];
            byte[] joined = Arrays.copyOf(left, left.length + right.length);
            System.arraycopy(right, 0, joined, left.length, right.length);
            Integer id = ids.get(ByteBuffer.wrap(joined));
            if (id == null) {
                throw new IllegalArgumentException("merge " + i / 2 + " makes '" + ByteAlphabet.write(joined)
                        + "', which is not in the vocabulary");
            }
            table.add(pairs[i], pairs[i + 1], id);
        }
        return table;
    }

    Definition definition() {
        return definition;
    }

    @Override
    public int vocabularySize() {
        return pieces.length;
    }

    @Override
    public int[] encode(String text) {
        List<Object> parts = parts(text);
        int[][] encoded = new int[parts.size()][];
        IntStream.range(0, parts.size()).parallel().forEach(i -> {
            encoded[i] = switch (parts.get(i)) {
                case Range range -> encode(text, range);
                case Object id -> new int[] {(Integer) id};
            };
        });
        Ints all = new Ints();
        for (int[] tokens : encoded) {
            all.addAll(tokens);
        }
        return all.toArray();
    }

    /** A part of a text that can be encoded by itself. */
    private record Range(int from, int to) {}

    /** {@link Range}s, and numbers of added tokens between them. */
    private List<Object> parts(String text) {
        List<Object> parts = new ArrayList<>();
        added.split(text, new AddedTokens.Parts() {
            @Override
            public void text(int from, int to) {
                int start = from;
                while (start < to) {
                    int end = cut(text, start, to);
                    parts.add(new Range(start, end));
                    start = end;
                }
            }

            @Override
            public void added(int id) {
                parts.add(id);
            }
        });
        return parts;
    }

    /** Where a part that begins at {@code from} may end, so that no piece lies across its end. */
    private int cut(String text, int from, int to) {
        if (!definition.preTokenizer.mayCutBeforeSpaces() && merges.size() > 0) {
            return to;
        }
        return separation(text, (long) from + CHUNK, to);
    }

    @Override
    public int cut(String text, int least) {
        boolean anywhere = definition.preTokenizer.mayCutBeforeSpaces() || merges.size() == 0;
        boolean spaced =
                definition.added.stream().anyMatch(token -> token.content().indexOf(' ') > 0);
        return anywhere && !spaced && !(isOfBytes() && !definition.added.isEmpty())
                ? separation(text, Math.max(1, least), text.length())
                : text.length();
    }

    private boolean isOfBytes() {
        return merges.size() == 0 && definition.preTokenizer instanceof NoSplit;
    }

    /** The first place from {@code least} on where no piece lies across; {@code to} if there is none. */
    private int separation(String text, long least, int to) {
        for (long i = least; i < to; i++) {
            int at = (int) i;
            boolean separates = isOfBytes()
                    ? !Character.isLowSurrogate(text.charAt(at))
                    : text.charAt(at) == ' ' && CharClass.of(text.charAt(at - 1)) != CharClass.SPACE;
            if (separates) {
                return at;
            }
        }
        return to;
    }

    private int[] encode(String text, Range range) {
        Ints out = new Ints();
        if (merges.size() == 0 && whole.isEmpty()) {
            for (byte b : text.substring(range.from, range.to).getBytes(StandardCharsets.UTF_8)) {
                out.add(tokenOfByte[b & 0xFF]);
            }
            return out.toArray();
        }
        PieceCache cache = new PieceCache(this::encodePiece);
        definition.preTokenizer.split(
                text, range.from, range.to, (from, to) -> out.addAll(cache.tokens(text.substring(from, to))));
        return out.toArray();
    }

    private int[] encodePiece(String piece) {
        byte[] bytes = piece.getBytes(StandardCharsets.UTF_8);
        if (definition.ignoreMerges) {
            Integer id = whole.get(ByteBuffer.wrap(bytes));
            if (id != null) {
                return new int[] {id};
            }
        }
        int[] symbols = new int[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            symbols[i] = tokenOfByte[bytes[i] & 0xFF];
        }
        return Arrays.copyOf(symbols, merges.merge(symbols, symbols.length));
    }

    @Override
    public Encoded encodePrompt(String text) {
        return new Encoded(encode(text), 0, 0, "");
    }

    @Override
    public String decode(int[] tokens) {
        Ints bytes = new Ints();
        for (int i = 0; i < tokens.length; i++) {
            if (tokens[i] < 0 || tokens[i] >= pieces.length) {
                throw new IllegalArgumentException(
                        "token " + tokens[i] + " at " + i + " lies outside a vocabulary of " + pieces.length);
            }
            for (byte b : bytes(tokens[i])) {
                bytes.add(b);
            }
        }
        byte[] all = new byte[bytes.size()];
        int[] values = bytes.toArray();
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) values[i];
        }
        return new String(all, StandardCharsets.UTF_8);
    }

    private byte[] bytes(int token) {
        return pieces[token] == null ? new byte[0] : pieces[token];
    }

    @Override
    public Decoder decoder() {
        return new Utf8Stream() {
            @Override
            byte[] bytes(int token) {
                return BpeTokenizer.this.bytes(token);
            }
        };
    }

    @Override
    public int characters(int token) {
        return Utf8Stream.beginnings(bytes(token));
    }

    /** The token that texts of this vocabulary begin with if there is one, else a line break. */
    @Override
    public int startToken() {
        return start;
    }

    @Override
    public int endOfText() {
        return AddedTokens.endOfText(definition.added);
    }

    /**
     * What GGUF calls the way in which texts are cut into pieces; empty if it has no name for it. Where nothing is
     * merged all ways are the same.
     */
    public String ggufName() {
        return switch (definition.preTokenizer) {
            case Gpt2Split gpt2 -> "gpt-2";
            case Llama3Split llama3 -> llama3.digits() == 1 ? "qwen2" : "llama-bpe";
            case NoSplit whole -> merges.size() == 0 ? "gpt-2" : "";
            case DigitSplit digits -> "";
        };
    }

    /** What a token is. */
    public enum Kind {
        NORMAL,
        /** Marks something; never part of a text. */
        SPECIAL,
        /** Found in texts before anything else. */
        ADDED,
        /** A number without a token. */
        UNUSED
    }

    /**
     * The tokens in writing.
     *
     * @param texts of all tokens, bytes as in {@code tokenizer.json}
     * @param merges pairs, with a space between
     * @param first the token that texts begin with; -1 for none
     */
    public record Pieces(List<String> texts, List<Kind> kinds, List<String> merges, int first) {
        public Pieces {
            texts = List.copyOf(texts);
            kinds = List.copyOf(kinds);
            merges = List.copyOf(merges);
        }
    }

    /** Bytes in the writing of {@code tokenizer.json}. */
    public static String text(byte... bytes) {
        return ByteAlphabet.write(bytes);
    }

    /** The tokens in writing. */
    public Pieces pieces() {
        List<String> texts = new ArrayList<>();
        List<Kind> kinds = new ArrayList<>();
        for (int id = 0; id < pieces.length; id++) {
            texts.add(pieces[id] == null ? "[PAD" + id + "]" : ByteAlphabet.write(pieces[id]));
            kinds.add(pieces[id] == null ? Kind.UNUSED : Kind.NORMAL);
        }
        for (AddedToken token : definition.added) {
            texts.set(token.id(), token.content());
            kinds.set(token.id(), token.special() ? Kind.SPECIAL : Kind.ADDED);
        }
        List<String> pairs = new ArrayList<>();
        for (int i = 0; i < definition.merges.length; i += 2) {
            pairs.add(ByteAlphabet.write(pieces[definition.merges[i]]) + " "
                    + ByteAlphabet.write(pieces[definition.merges[i + 1]]));
        }
        return new Pieces(texts, kinds, pairs, definition.first);
    }

    @Override
    public String toJson() {
        return TokenizerFile.write(this);
    }
}
