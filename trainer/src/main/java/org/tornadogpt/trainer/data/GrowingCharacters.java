package org.tornadogpt.trainer.data;

import java.util.Arrays;
import org.tornadogpt.model.CharTokenizer;
import org.tornadogpt.model.training.CompactTokens;

/**
 * Characters of a text that is read once, as tokens. They are numbered as they come; when all are known, they get the
 * numbers of the tokenizer, which go by code points.
 */
final class GrowingCharacters implements StreamedText.Encoder {
    private static final int UNKNOWN = -1;
    private static final int[] CAPACITIES = {1 << Byte.SIZE, 1 << Short.SIZE, Character.MAX_CODE_POINT + 1};

    private int[] numberOf = new int[0];
    private int[] codePoints = new int[CAPACITIES[0]];
    private int count;
    private CompactTokens tokens = new CompactTokens(CAPACITIES[0]);
    private CharTokenizer tokenizer;

    /** @param base whose characters are known from the beginning; null for none */
    GrowingCharacters(CharTokenizer base) {
        if (base != null) {
            for (int token = 0; token < base.vocabularySize(); token++) {
                number(base.decode(new int[] {token}).codePointAt(0));
            }
        }
    }

    @Override
    public int cut(String text, int least) {
        return CharTokenizer.betweenCodePoints(text, least);
    }

    @Override
    public void add(String part, long before) {
        int[] numbers = part.codePoints().map(this::number).toArray();
        int needed = capacity();
        if (CompactTokens.width(needed) > tokens.width()) {
            tokens = tokens.renumbered(identity(codePoints.length), needed);
        }
        tokens.add(numbers);
    }

    private int number(int codePoint) {
        if (codePoint >= numberOf.length) {
            int before = numberOf.length;
            numberOf = Arrays.copyOf(numberOf, Math.max(CAPACITIES[0], 2 * Integer.highestOneBit(codePoint)));
            Arrays.fill(numberOf, before, numberOf.length, UNKNOWN);
        }
        if (numberOf[codePoint] == UNKNOWN) {
            if (count == codePoints.length) {
                codePoints = Arrays.copyOf(codePoints, 2 * count);
            }
            codePoints[count] = codePoint;
            numberOf[codePoint] = count++;
        }
        return numberOf[codePoint];
    }

    /** Of the narrowest kind of tokens that have room for all characters so far. */
    private int capacity() {
        return Arrays.stream(CAPACITIES).filter(c -> count <= c).findFirst().orElseThrow();
    }

    private static int[] identity(int length) {
        int[] table = new int[length];
        Arrays.setAll(table, i -> i);
        return table;
    }

    @Override
    public CharTokenizer tokenizer() {
        if (tokenizer == null) {
            int[] sorted = Arrays.copyOf(codePoints, count);
            Arrays.sort(sorted);
            tokenizer = CharTokenizer.of(sorted);
            int[] table = new int[count];
            for (int i = 0; i < count; i++) {
                table[i] = Arrays.binarySearch(sorted, codePoints[i]);
            }
            tokens = tokens.renumbered(table, count);
        }
        return tokenizer;
    }

    @Override
    public CompactTokens tokens() {
        tokenizer();
        return tokens;
    }
}
