package org.tornadogpt.model.tokenizer;

import com.knuddels.jtokkit.Encodings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** GPT-2's own tokenizer, from the ranks that jtokkit carries: the file that tiktoken calls {@code r50k_base}. */
final class Gpt2 {
    private static final String RANKS = "/com/knuddels/jtokkit/r50k_base.tiktoken";

    private Gpt2() {}

    static BpeTokenizer tokenizer() {
        List<byte[]> pieces = new ArrayList<>();
        Map<ByteBuffer, Integer> ranks = new HashMap<>();
        for (String line : lines()) {
            byte[] piece = Base64.getDecoder().decode(line.substring(0, line.indexOf(' ')));
            ranks.put(ByteBuffer.wrap(piece), pieces.size());
            pieces.add(piece);
        }
        Ints merges = new Ints();
        for (int rank = 0; rank < pieces.size(); rank++) {
            if (pieces.get(rank).length > 1) {
                merges.addAll(parents(pieces.get(rank), rank, ranks));
            }
        }
        int end = pieces.size();
        pieces.add(BpeTrainer.END.getBytes(StandardCharsets.UTF_8));
        List<AddedToken> added = List.of(new AddedToken(end, BpeTrainer.END, true));
        return new BpeTokenizer(new BpeTokenizer.Definition(
                pieces.toArray(byte[][]::new), merges.toArray(), new Gpt2Split(), false, added, -1));
    }

    private static List<String> lines() {
        try (InputStream in = Encodings.class.getResourceAsStream(RANKS)) {
            if (in == null) {
                throw new IllegalStateException("jtokkit has no " + RANKS);
            }
            return new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII))
                    .lines()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The two tokens that the tokens of lower rank leave of a piece: those that were merged into it. */
    private static int[] parents(byte[] piece, int rank, Map<ByteBuffer, Integer> ranks) {
        List<byte[]> parts = new ArrayList<>();
        for (byte b : piece) {
            parts.add(new byte[] {b});
        }
        while (parts.size() > 2) {
            int best = -1;
            int lowest = rank;
            for (int i = 0; i + 1 < parts.size(); i++) {
                Integer joined = ranks.get(ByteBuffer.wrap(joined(parts.get(i), parts.get(i + 1))));
                if (joined != null && joined < lowest) {
                    lowest = joined;
                    best = i;
                }
            }
            if (best < 0) {
                throw new IllegalStateException("the ranks of " + RANKS + " do not follow from merges");
            }
            parts.set(best, joined(parts.get(best), parts.remove(best + 1)));
        }
        return new int[] {ranks.get(ByteBuffer.wrap(parts.get(0))), ranks.get(ByteBuffer.wrap(parts.get(1)))};
    }

    private static byte[] joined(byte[] left, byte[] right) {
        byte[] joined = Arrays.copyOf(left, left.length + right.length);
        System.arraycopy(right, 0, joined, left.length, right.length);
        return joined;
    }
}
