package org.tornadogpt.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tornadogpt.model.CharTokenizer;
import org.tornadogpt.model.Tokenizer;

class TokenizersTest {
    private static final String TEXT =
            "the cat isn't the dog; the cats' tails, 1234 d\u00F6gs\n\n  and \uD83D\uDE00s. ".repeat(20);

    private static Tokenizer named(String name) {
        try {
            return Tokenizers.of(name, TEXT);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** What tiktoken and Hugging Face's tokenizers make of random strings; see tools/tokenizers/compare.py. */
    @Test
    void gpt2EncodesAsTiktokenDoes() throws IOException {
        Tokenizer gpt2 = named("gpt2");
        assertThat(gpt2.vocabularySize()).isEqualTo(50257);
        try (InputStream in = getClass().getResourceAsStream("/tokenizers/gpt2.jsonl")) {
            List<String> lines = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            assertThat(lines).hasSize(300);
            for (String line : lines) {
                JsonNode sample = new ObjectMapper().readTree(line);
                int[] tokens = new ObjectMapper().treeToValue(sample.path("tokens"), int[].class);
                assertThat(gpt2.encode(sample.path("text").asText())).as(line).isEqualTo(tokens);
            }
        }
        assertThat(gpt2.encode("a<|endoftext|>b")).containsExactly(64, 50256, 65);
    }

    @Property(tries = 200)
    void everyTextSurvivesAndItsFileSaysTheSame(@ForAll @StringLength(max = 60) String text) {
        String whole = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8); // no lone surrogates
        for (String name : List.of("byte", "bpe:280")) {
            Tokenizer tokenizer = named(name);
            int[] tokens = tokenizer.encode(whole);
            assertThat(tokenizer.decode(tokens)).isEqualTo(whole);
            assertThat(Tokenizer.fromJson(tokenizer.toJson()).encode(whole)).isEqualTo(tokens);
            assertThat(IntStream.of(tokens).map(tokenizer::characters).sum())
                    .isEqualTo((int) whole.codePoints().count());
            Tokenizer.Decoder decoder = tokenizer.decoder();
            String pieces = IntStream.of(tokens).mapToObj(decoder::next).collect(Collectors.joining());
            assertThat(pieces + decoder.end()).isEqualTo(whole);
        }
    }

    @Test
    void aCharacterOfSeveralTokensIsShownWhenItIsWhole() {
        Tokenizer bytes = named("byte");
        Tokenizer.Decoder decoder = bytes.decoder();
        int[] tokens = bytes.encode("\uD83D\uDE00");
        assertThat(tokens).containsExactly(0xF0, 0x9F, 0x98, 0x80);
        assertThat(decoder.next(tokens[0]) + decoder.next(tokens[1]) + decoder.next(tokens[2]))
                .isEmpty();
        assertThat(decoder.next(tokens[3])).isEqualTo("\uD83D\uDE00");
        assertThat(decoder.next(0xE2)).isEmpty();
        assertThat(decoder.next('x')).isEqualTo("\uFFFDx");
        assertThat(decoder.next(0xE2) + decoder.end()).isEqualTo("\uFFFD");
    }

    @Test
    void bpeCountsSpecialTokensAndMergesWhatIsFrequent() {
        BpeTokenizer bpe = (BpeTokenizer) named("bpe:280");
        assertThat(bpe.vocabularySize()).isEqualTo(280);
        assertThat(bpe.decode(new int[] {bpe.endOfText()})).isEqualTo("<|endoftext|>");
        assertThat(bpe.encode(" the")).hasSize(1);
        assertThat(bpe.encode(TEXT).length).isLessThan(TEXT.length() * 3 / 4);
        BpeTokenizer few = BpeTrainer.train("abab", 1000);
        assertThat(few.vocabularySize()).as("ab and abab occur twice and once").isEqualTo(258);
        assertThatThrownBy(() -> named("bpe:256")).hasMessageContaining("257");
        assertThatThrownBy(() -> named("bpe:x")).hasMessageContaining("bpe:4096");
        assertThatThrownBy(() -> named("nothing.json")).hasMessageContaining("no tokenizer 'nothing.json'");
    }

    /** Encoding in parts must not show: pieces lie across no cut. */
    @Test
    void longTextsAreEncodedInPartsAsIfInOne() {
        BpeTokenizer bpe = (BpeTokenizer) named("bpe:280");
        Random random = new Random(1);
        StringBuilder text = new StringBuilder();
        while (text.length() < 400_000) {
            text.append(List.of("the", " ", "  ", "\n", " \n ", "cat", "'s", "12", "\u00F6", "\uD83D\uDE00")
                    .get(random.nextInt(10)));
        }
        Ints whole = new Ints();
        bpe.definition()
                .preTokenizer()
                .split(
                        text.toString(),
                        0,
                        text.length(),
                        (from, to) -> whole.addAll(bpe.encode(text.substring(from, to))));
        assertThat(bpe.encode(text.toString())).isEqualTo(whole.toArray());
        assertThat(bpe.encode("x".repeat(1_000_000))).isNotEmpty();
    }

    /** Parts of a text are counted and encoded by several threads. */
    @Test
    void theNumberOfThreadsChangesNothing() {
        Random random = new Random(5);
        StringBuilder text = new StringBuilder();
        while (text.length() < 3_300_000) {
            text.append(List.of("the", " ", "  ", "\n", " cat", " 12", "\u00F6", "'s", "; ", " mat")
                    .get(random.nextInt(10)));
        }
        String whole = text.toString();
        List<String> files = new ArrayList<>();
        List<int[]> tokens = new ArrayList<>();
        for (int threads : new int[] {1, 2, 3}) {
            try (ForkJoinPool pool = new ForkJoinPool(threads)) {
                BpeTokenizer bpe =
                        pool.submit(() -> BpeTrainer.train(whole, 300)).join();
                files.add(bpe.toJson());
                tokens.add(pool.submit(() -> bpe.encode(whole)).join());
            }
        }
        assertThat(files.get(1)).isEqualTo(files.get(0));
        assertThat(files.get(2)).isEqualTo(files.get(0));
        assertThat(tokens.get(1)).isEqualTo(tokens.get(0));
        assertThat(tokens.get(2)).isEqualTo(tokens.get(0));
    }

    /** Heap and search must merge alike. */
    @Test
    void longPiecesAreMergedAsShortOnes() {
        Merges merges = new Merges(3);
        merges.add(0, 1, 2);
        merges.add(2, 2, 3);
        merges.add(3, 0, 4);
        Random random = new Random(2);
        for (int length = 1; length <= 64; length++) {
            int[] head = random.ints(length, 0, 2).toArray();
            int[] padded = Arrays.copyOf(head, length + 64);
            Arrays.fill(padded, length, padded.length, 9);
            int n = merges.merge(head, length);
            assertThat(merges.merge(padded, padded.length)).isEqualTo(n + 64);
            assertThat(Arrays.copyOf(padded, n)).isEqualTo(Arrays.copyOf(head, n));
        }
    }

    @Test
    void filesAreReadAndWhatTheyAskForIsRefusedByName(@TempDir Path folder) throws IOException {
        String json = named("bpe:280").toJson();
        Path file = Files.writeString(folder.resolve("tokenizer.json"), json);
        assertThat(Tokenizers.find(file.toString()).encode(TEXT))
                .isEqualTo(named("bpe:280").encode(TEXT));
        assertThat(Tokenizers.find(folder.toString()).vocabularySize()).isEqualTo(280);
        refused(json.replace("\"BPE\"", "\"Unigram\""), "a model of type Unigram");
        refused(json.replace("\"dropout\" : null", "\"dropout\" : 0.1"), "dropout 0.1");
        refused(json.replaceFirst("\"add_prefix_space\" : false", "\"add_prefix_space\" : true"), "add_prefix_space");
        refused(
                json.replace("\"normalizer\" : null", "\"normalizer\" : {\"type\":\"NFC\"}"),
                "a normalizer of type NFC");
        refused(json.replace("\"\u0120 t\"", "\"\u0120 tt\""), "which is not in the vocabulary");
        refused(json.replace("\"\u0120 t\"", "\" \u0120t\""), "which is not in the vocabulary");
        refused(json.replace("\"A\" : ", "\"AA\" : "), "no token for the byte 0x41");
        refused(json.replaceFirst("\"A\" : \\d+", "\"A\" : 2000000000"), "number 2000000000");
        refused("[".repeat(5000), "");
        refused("{}", "a model of type none");
    }

    private static void refused(String json, String reason) {
        assertThatThrownBy(() -> Tokenizer.fromJson(json))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void characterTokenizersAreFilesOfSingleCharacters() {
        CharTokenizer tokenizer = CharTokenizer.of(TEXT);
        assertThat(tokenizer.toJson()).contains("\"Fuse\"").doesNotContain("codePoints");
        assertThat(Tokenizer.fromJson(tokenizer.toJson()).encode(TEXT)).isEqualTo(tokenizer.encode(TEXT));
        Tokenizer old = Tokenizer.fromJson("{\"kind\":\"char\",\"codePoints\":[10,97,98]}");
        assertThat(old.encode("ab")).containsExactly(1, 2);
    }
}
