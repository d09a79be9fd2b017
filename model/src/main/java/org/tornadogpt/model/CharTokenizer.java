package org.tornadogpt.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One token for each Unicode code point of the text it was built on, numbered in the order of the code points. Nothing is
 * normalised: carriage returns stay, and a surrogate without its partner is a code point like any other.
 */
public final class CharTokenizer implements Tokenizer {
    static final String KIND = "char";
    private static final int UNKNOWN = -1;

    private final int[] codePoints;
    private final int[] tokenOf;

    private CharTokenizer(int[] sortedCodePoints) {
        codePoints = sortedCodePoints;
        tokenOf = new int[codePoints[codePoints.length - 1] + 1];
        Arrays.fill(tokenOf, UNKNOWN);
        for (int token = 0; token < codePoints.length; token++) {
            tokenOf[codePoints[token]] = token;
        }
    }

    /** Builds a tokenizer of all code points of a text, which must not be empty. */
    public static CharTokenizer of(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("a tokenizer cannot be built on an empty text");
        }
        return new CharTokenizer(text.codePoints().distinct().sorted().toArray());
    }

    static CharTokenizer fromTree(ObjectNode tree) {
        JsonNode list = tree.path("codePoints");
        int[] values = new int[list.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = list.get(i).isInt() ? list.get(i).intValue() : UNKNOWN;
            if (!Character.isValidCodePoint(values[i]) || (i > 0 && values[i] <= values[i - 1])) {
                throw new IllegalArgumentException("codePoints of the tokenizer: entry " + i + " (" + list.get(i)
                        + ") is not a code point above the one before it");
            }
        }
        if (values.length == 0) {
            throw new IllegalArgumentException("codePoints of the tokenizer are missing");
        }
        return new CharTokenizer(values);
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
        return Arrays.copyOf(tokens, count);
    }

    /** Unknown characters become spaces where there is a token for the space, else they are left out. */
    @Override
    public Encoded encodePrompt(String text) {
        int replacement = token(' ');
        Set<Integer> unknown = new LinkedHashSet<>();
        int[] tokens = text.codePoints()
                .map(c -> {
                    int token = token(c);
                    if (token == UNKNOWN) {
                        unknown.add(c);
                        return replacement;
                    }
                    return token;
                })
                .filter(token -> token != UNKNOWN)
                .toArray();
        if (unknown.isEmpty()) {
            return new Encoded(tokens, "");
        }
        String characters = unknown.stream().map(CharTokenizer::describe).collect(Collectors.joining(", "));
        String what = replacement == UNKNOWN ? "left out" : "replaced by a space";
        return new Encoded(tokens, "the model was not trained on " + characters + ": " + what);
    }

    private int token(int codePoint) {
        return codePoint < tokenOf.length ? tokenOf[codePoint] : UNKNOWN;
    }

    private static String describe(int codePoint) {
        String hex = String.format("U+%04X", codePoint);
        boolean printable = !Character.isISOControl(codePoint) && Character.getType(codePoint) != Character.SURROGATE;
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

    /** Code points are written as numbers: a string could not hold surrogates side by side without joining them. */
    @Override
    public String toJson() {
        ObjectNode tree = Json.MAPPER.createObjectNode().put("kind", KIND);
        ArrayNode list = tree.putArray("codePoints");
        Arrays.stream(codePoints).forEach(list::add);
        return Json.write(tree);
    }
}
