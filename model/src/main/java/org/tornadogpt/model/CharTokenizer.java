package org.tornadogpt.model;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.tornadogpt.model.internal.Json;
import org.tornadogpt.model.tokenizer.TokenizerFile;

/**
 * One token for each Unicode code point of the text it was built on, numbered in the order of the code points. Nothing
 * is normalised: carriage returns stay, and a surrogate without its partner is a code point like any other.
 */
public final class CharTokenizer implements Tokenizer {
    static final String KIND = "char";
    private static final int UNKNOWN = -1;

    /** Code points whose token is looked up instead of searched for. */
    private static final int LOOKED_UP = 256;

    /** Characters without a token that a note names. */
    private static final int NAMED = 8;

    private final int[] codePoints;
    private final int[] tokenOf = new int[LOOKED_UP];

    private CharTokenizer(int[] sortedCodePoints) {
        codePoints = sortedCodePoints;
        for (int codePoint = 0; codePoint < LOOKED_UP; codePoint++) {
            tokenOf[codePoint] = Math.max(UNKNOWN, Arrays.binarySearch(codePoints, codePoint));
        }
    }

    /** Builds a tokenizer of all code points of a text, which must not be empty. */
    public static CharTokenizer of(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("a tokenizer cannot be built on an empty text");
        }
        BitSet found = new BitSet();
        text.codePoints().forEach(found::set);
        return new CharTokenizer(found.stream().toArray());
    }

    /** This tokenizer, or one that knows the characters of {@code text} as well. */
    public CharTokenizer with(String text) {
        BitSet found = new BitSet();
        text.codePoints().forEach(found::set);
        Arrays.stream(codePoints).forEach(found::set);
        return found.cardinality() == codePoints.length
                ? this
                : new CharTokenizer(found.stream().toArray());
    }

    /** What earlier versions wrote, and {@link #toJson} writes where characters are surrogates. */
    private record Description(String kind, int[] codePoints) {}

    /** The tokenizer that {@link #toJson} described. */
    static CharTokenizer read(String json) {
        int[] values = Json.read(json, Description.class).codePoints;
        if (values == null || values.length == 0) {
            throw new IllegalArgumentException("codePoints of the tokenizer are missing");
        }
        return of(values);
    }

    /**
     * The tokenizer of these code points.
     *
     * @throws IllegalArgumentException if they are not in ascending order
     */
    public static CharTokenizer of(int... values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("the tokenizer has no characters");
        }
        for (int i = 0; i < values.length; i++) {
            if (!Character.isValidCodePoint(values[i]) || (i > 0 && values[i] <= values[i - 1])) {
                throw new IllegalArgumentException("codePoints of the tokenizer: entry " + i + " (" + values[i]
                        + ") is not a code point above the one before it");
            }
        }
        return new CharTokenizer(values.clone());
    }

    @Override
    public int vocabularySize() {
        return codePoints.length;
    }

    @Override
    public int[] encode(String text) {
        int[] tokens = new int[text.length()];
        int count = 0;
        for (int i = 0; i < text.length(); count++) {
            int codePoint = text.codePointAt(i);
            int token = token(codePoint);
            if (token == UNKNOWN) {
                throw new IllegalArgumentException(
                        "the tokenizer does not know " + describe(codePoint) + " at position " + i);
            }
            tokens[count] = token;
            i += Character.charCount(codePoint);
        }
        return cut(tokens, count);
    }

    @Override
    public int cut(String text, int least) {
        return betweenCodePoints(text, least);
    }

    /** The first place from {@code least} on that is not within a surrogate pair; the text's length if it has none. */
    public static int betweenCodePoints(String text, int least) {
        boolean splits = least > 0
                && least < text.length()
                && Character.isSurrogatePair(text.charAt(least - 1), text.charAt(least));
        return Math.min(text.length(), splits ? least + 1 : least);
    }

    /** Long texts are not copied without need. */
    private static int[] cut(int[] tokens, int count) {
        return count == tokens.length ? tokens : Arrays.copyOf(tokens, count);
    }

    /** Unknown characters become spaces where there is a token for the space, else they are left out. */
    @Override
    public Encoded encodePrompt(String text) {
        int replacement = token(' ');
        Map<Integer, Integer> unknown = new LinkedHashMap<>();
        int[] tokens = new int[text.length()];
        int count = 0;
        long characters = 0;
        for (int i = 0; i < text.length(); characters++) {
            int codePoint = text.codePointAt(i);
            int token = token(codePoint);
            if (token == UNKNOWN) {
                unknown.merge(codePoint, 1, Integer::sum);
                token = replacement;
            }
            if (token != UNKNOWN) {
                tokens[count++] = token;
            }
            i += Character.charCount(codePoint);
        }
        long changed = unknown.values().stream().mapToLong(Integer::longValue).sum();
        boolean replaces = replacement != UNKNOWN;
        String note = unknown.isEmpty() ? "" : note(unknown, changed, characters, replaces);
        return new Encoded(cut(tokens, count), replaces ? changed : 0, replaces ? 0 : changed, note);
    }

    private static String note(Map<Integer, Integer> unknown, long changed, long characters, boolean replaces) {
        String named = unknown.entrySet().stream()
                .sorted(Map.Entry.<Integer, Integer>comparingByValue().reversed())
                .limit(NAMED)
                .map(entry -> describe(entry.getKey()))
                .collect(Collectors.joining(", "));
        String others = unknown.size() > NAMED ? " and " + (unknown.size() - NAMED) + " others" : "";
        return String.format(
                Locale.ROOT,
                "the model was not trained on %s%s: %,d of %,d characters (%s) %s",
                named,
                others,
                changed,
                characters,
                share(changed, characters),
                replaces ? "replaced by a space" : "left out");
    }

    private static String share(long part, long whole) {
        double percent = 100.0 * part / whole;
        return percent < 0.1 ? "less than 0.1 %" : String.format(Locale.ROOT, "%.1f %%", percent);
    }

    private int token(int codePoint) {
        return codePoint < LOOKED_UP
                ? tokenOf[codePoint]
                : Math.max(UNKNOWN, Arrays.binarySearch(codePoints, codePoint));
    }

    private static String describe(int codePoint) {
        String hex = String.format(Locale.ROOT, "U+%04X", codePoint);
        boolean printable = switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
        return printable ? "'" + Character.toString(codePoint) + "' (" + hex + ")" : hex;
    }

    @Override
    public String decode(int[] tokens) {
        StringBuilder text = new StringBuilder(tokens.length);
        for (int i = 0; i < tokens.length; i++) {
            if (tokens[i] < 0 || tokens[i] >= codePoints.length) {
                throw new IllegalArgumentException(
                        "token " + tokens[i] + " at " + i + " lies outside a vocabulary of " + codePoints.length);
            }
            text.appendCodePoint(codePoints[tokens[i]]);
        }
        return text.toString();
    }

    /** The line break, or the first token where there is none. */
    @Override
    public int startToken() {
        return Math.max(0, token('\n'));
    }

    /** Surrogates without their partners, which no file in UTF-8 can hold, are written as numbers. */
    @Override
    public String toJson() {
        if (Arrays.stream(codePoints).noneMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)) {
            return TokenizerFile.write(codePoints);
        }
        ObjectNode tree = Json.MAPPER.createObjectNode().put("kind", KIND);
        ArrayNode list = tree.putArray("codePoints");
        Arrays.stream(codePoints).forEach(list::add);
        return Json.write(tree);
    }
}
