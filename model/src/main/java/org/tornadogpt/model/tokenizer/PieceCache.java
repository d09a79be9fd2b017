package org.tornadogpt.model.tokenizer;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/** Remembers what short pieces became: most pieces of a text come again. For one thread. */
final class PieceCache {
    private static final int MOST = 1 << 16;
    private static final int LONGEST = 32;

    private final Map<String, int[]> known = new HashMap<>();
    private final Function<String, int[]> encoder;

    PieceCache(Function<String, int[]> encoder) {
        this.encoder = encoder;
    }

    int[] tokens(String piece) {
        int[] tokens = known.get(piece);
        if (tokens == null) {
            tokens = encoder.apply(piece);
            if (piece.length() <= LONGEST && known.size() < MOST) {
                known.put(piece, tokens);
            }
        }
        return tokens;
    }
}
