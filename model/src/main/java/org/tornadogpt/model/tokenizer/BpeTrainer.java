package org.tornadogpt.model.tokenizer;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Learns merges from a text (Sennrich et al. 2016), over bytes and within the pieces of GPT-2's pre-tokenisation: the
 * pair that occurs most often becomes a token, again and again. Of pairs that occur equally often the one of lower
 * numbers comes first, so that the same text gives the same tokenizer on any machine.
 */
public final class BpeTrainer {
    /** The last token of every vocabulary that is learnt here: the end of a text. */
    public static final String END = "<|endoftext|>";

    private static final int BYTES = 256;

    /** The smallest vocabulary: bytes and {@link #END}. */
    public static final int SMALLEST = BYTES + 1;

    /** The largest: pairs are counted in ints. */
    public static final int LARGEST = 1 << 20;

    /** A pair that occurs once is no pattern. */
    private static final int FEWEST = 2;

    /** Pieces are learnt from in parts of so many characters. */
    private static final int LONGEST_PIECE = 256;

    private static final int CHUNK = 1 << 20;

    private final Map<String, Long> seen = new TreeMap<>();
    private final List<int[]> words = new ArrayList<>();
    private final List<Long> wordCounts = new ArrayList<>();
    private final Map<Long, Long> counts = new HashMap<>();
    private final Map<Long, Set<Integer>> places = new HashMap<>();
    private final PriorityQueue<Candidate> queue = new PriorityQueue<>();

    /** A pair and how often it occurred when it was noted. */
    private record Candidate(long pair, long count) implements Comparable<Candidate> {
        @Override
        public int compareTo(Candidate other) {
            return count != other.count ? Long.compare(other.count, count) : Long.compare(pair, other.pair);
        }
    }

    /** Learns a tokenizer from one text; see {@link #learn}. */
    public static BpeTokenizer train(String text, int size) {
        BpeTrainer trainer = new BpeTrainer();
        trainer.check(size);
        trainer.add(text);
        return trainer.learn(size);
    }

    private void check(int size) {
        if (size < SMALLEST || size > LARGEST) {
            throw new IllegalArgumentException("a vocabulary of BPE has " + SMALLEST + " (bytes and an end of text) to "
                    + LARGEST + " tokens, got " + size);
        }
    }

    /** Where a text may be cut so that its parts have the pieces of the whole; see {@code Tokenizer.cut}. */
    public static int cut(String text, int least) {
        int at = Math.max(1, least);
        while (at < text.length()
                && !(text.charAt(at) == ' ' && CharClass.of(text.charAt(at - 1)) != CharClass.SPACE)) {
            at++;
        }
        return Math.min(at, text.length());
    }

    /** The next part of the text to learn from. */
    public void add(String text) {
        pieces(text).forEach(part -> part.forEach((piece, count) -> seen.merge(piece, count, Long::sum)));
    }

    /**
     * Learns from all that was added. A trainer learns once.
     *
     * @param size of the vocabulary, 256 bytes and {@link #END} included; there are fewer tokens if no more pairs occur
     *     twice
     */
    public BpeTokenizer learn(int size) {
        check(size);
        byte[] alphabet = ByteAlphabet.inOrder();
        int[] tokenOfByte = new int[BYTES];
        List<byte[]> pieces = new ArrayList<>();
        for (byte b : alphabet) {
            tokenOfByte[b & 0xFF] = pieces.size();
            pieces.add(new byte[] {b});
        }
        seen.forEach((piece, count) -> {
            byte[] bytes = piece.getBytes(StandardCharsets.UTF_8);
            int[] word = new int[bytes.length];
            for (int i = 0; i < word.length; i++) {
                word[i] = tokenOfByte[bytes[i] & 0xFF];
            }
            words.add(word);
            wordCounts.add(count);
        });
        seen.clear();
        int[] pairs = mergeAll(size - SMALLEST, pieces);
        int end = pieces.size();
        pieces.add(END.getBytes(StandardCharsets.UTF_8));
        return new BpeTokenizer(new BpeTokenizer.Definition(
                pieces.toArray(byte[][]::new),
                pairs,
                new Gpt2Split(),
                false,
                List.of(new AddedToken(end, END, true)),
                -1));
    }

    /** How often each piece occurs, by stretches of the text. */
    private static List<Map<String, Long>> pieces(String text) {
        List<int[]> ranges = new ArrayList<>();
        int from = 0;
        while (from < text.length()) {
            int to = cut(text, (int) Math.min(text.length(), (long) from + CHUNK));
            ranges.add(new int[] {from, to});
            from = to;
        }
        return IntStream.range(0, ranges.size())
                .parallel()
                .mapToObj(i -> pieces(text, ranges.get(i)[0], ranges.get(i)[1]))
                .toList();
    }

    private static Map<String, Long> pieces(String text, int from, int to) {
        Map<String, Long> counts = new HashMap<>();
        new Gpt2Split().split(text, from, to, (begin, end) -> {
            int start = begin;
            while (start < end) {
                int stop = Math.min(end, start + LONGEST_PIECE);
                if (stop < end && Character.isLowSurrogate(text.charAt(stop))) {
                    stop++;
                }
                counts.merge(text.substring(start, stop), 1L, Long::sum);
                start = stop;
            }
        });
        return counts;
    }

    private int[] mergeAll(int merges, List<byte[]> pieces) {
        int target = pieces.size() + merges;
        Map<ByteBuffer, Integer> ids = new HashMap<>();
        for (byte[] piece : pieces) {
            ids.put(ByteBuffer.wrap(piece), ids.size());
        }
        for (int w = 0; w < words.size(); w++) {
            count(w, 1);
        }
        counts.forEach((pair, count) -> queue.add(new Candidate(pair, count)));
        Ints pairs = new Ints();
        while (pieces.size() < target && !queue.isEmpty()) {
            Candidate best = queue.poll();
            long now = counts.getOrDefault(best.pair, 0L);
            if (now != best.count) {
                if (now >= FEWEST) {
                    queue.add(new Candidate(best.pair, now));
                }
                continue;
            }
            if (now < FEWEST) {
                break;
            }
            int left = (int) (best.pair >> Integer.SIZE);
            int right = (int) best.pair;
            pairs.addAll(left, right);
            byte[] joined = joined(pieces.get(left), pieces.get(right));
            Integer token = ids.putIfAbsent(ByteBuffer.wrap(joined), pieces.size()); // ab+c may have been a+bc before
            if (token == null) {
                token = pieces.size();
                pieces.add(joined);
            }
            replace(best.pair, left, right, token);
        }
        return pairs.toArray();
    }

    private static byte[] joined(byte[] left, byte[] right) {
        byte[] joined = Arrays.copyOf(left, left.length + right.length);
        System.arraycopy(right, 0, joined, left.length, right.length);
        return joined;
    }

    /** Adds a word's pairs to the counts, or takes them away. */
    private void count(int w, int sign) {
        int[] word = words.get(w);
        long times = sign * wordCounts.get(w);
        for (int i = 0; i + 1 < word.length; i++) {
            long pair = ((long) word[i] << Integer.SIZE) | word[i + 1];
            counts.merge(pair, times, Long::sum);
            if (sign > 0) {
                places.computeIfAbsent(pair, p -> new HashSet<>()).add(w);
            }
        }
    }

    private void replace(long pair, int left, int right, int token) {
        Set<Long> touched = new HashSet<>();
        for (int w : places.remove(pair)) {
            int[] word = words.get(w);
            int[] merged = merged(word, left, right, token);
            if (merged.length == word.length) {
                continue; // an earlier merge took the pair apart
            }
            count(w, -1);
            words.set(w, merged);
            count(w, 1);
            for (int i = 0; i + 1 < merged.length; i++) {
                if (merged[i] == token || merged[i + 1] == token) {
                    touched.add(((long) merged[i] << Integer.SIZE) | merged[i + 1]);
                }
            }
        }
        counts.remove(pair);
        touched.forEach(p -> queue.add(new Candidate(p, counts.get(p))));
    }

    private static int[] merged(int[] word, int left, int right, int token) {
        int[] merged = new int[word.length];
        int n = 0;
        for (int i = 0; i < word.length; i++) {
            boolean found = word[i] == left && i + 1 < word.length && word[i + 1] == right;
            merged[n++] = found ? token : word[i];
            i += found ? 1 : 0;
        }
        return n == word.length ? word : Arrays.copyOf(merged, n);
    }
}
