package org.tornadogpt.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tornadogpt.model.CharTokenizer;
import org.tornadogpt.model.Tokenizer;
import org.tornadogpt.model.tokenizer.BpeTrainer;
import org.tornadogpt.model.tokenizer.Tokenizers;
import org.tornadogpt.model.training.Tokens;

/** Texts that are read, encoded and counted part by part are those that are held whole. */
class StreamedTextTest {
    private static final String[] WORDS = {
        "int",
        " x",
        "  ",
        "\n",
        "\n\n",
        "\t ",
        "'s",
        " 123",
        "\u00FC\u00DF",
        " \uD83D\uDE00",
        "\uD83D\uDE00",
        ";",
        " {",
        "}\r\n",
        "longer",
        " 7",
        "\u3000"
    };

    @TempDir
    private Path temp;

    private static String text(int characters) {
        Random random = new Random(3);
        StringBuilder text = new StringBuilder();
        while (text.length() < characters) {
            text.append(WORDS[random.nextInt(WORDS.length)]);
        }
        return text.toString();
    }

    private static Tokenizer tokenizer(String name, String text) throws IOException {
        return name.equals("llama3")
                ? Tokenizers.read(Path.of("..", "model", "src", "test", "resources", "bridge", "llama-f16"))
                : Tokenizers.of(name, text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"char", "byte", "bpe:300", "gpt2", "llama3"})
    void partsHaveTheTokensOfTheWhole(String name) throws IOException {
        String text = text(9_000_000);
        Tokenizer tokenizer = tokenizer(name, text.substring(0, 100_000));
        int[] whole = tokenizer.encode(text);
        Tokens encoded = EncodedText.of(tokenizer, text).tokens();
        assertThat(all(encoded)).isEqualTo(whole);
        int at = 0;
        int from = 0;
        for (int cut = tokenizer.cut(text, 1); from < 20_000; cut = tokenizer.cut(text, cut + 1)) {
            for (int token : tokenizer.encode(text.substring(from, cut))) {
                assertThat(token).as("at %d", from).isEqualTo(whole[at++]);
            }
            from = cut;
        }
        assertThat(from).isGreaterThanOrEqualTo(20_000);
    }

    @Test
    void aFileComesInPartsWithoutBeingHeld() throws IOException {
        String text = text(11_000_000);
        Path file = Files.writeString(temp.resolve("text"), text);
        List<String> parts = new ArrayList<>();
        Source source = new CorpusReader(TextRules.USUAL, ReadingListener.NONE).read(file.toString(), sink(parts));
        String expected = text.replace("\r\n", "\n");
        assertThat(String.join("", parts).equals(expected)).isTrue();
        assertThat(parts).hasSizeGreaterThan(1).allMatch(part -> part.length() < 2 * TextSink.PART);
        assertThat(source.changed()).contains("CR LF became LF");
        Path folder = Files.createDirectory(temp.resolve("folder"));
        Files.writeString(folder.resolve("a"), text.substring(0, 5_000_000));
        Files.write(folder.resolve("b"), (text + "\u0000").getBytes(StandardCharsets.UTF_8));
        Files.writeString(folder.resolve("c"), text.substring(0, 40));
        parts.clear();
        Source two = new CorpusReader(TextRules.USUAL, ReadingListener.NONE).read(folder.toString(), sink(parts));
        assertThat(two.files()).isEqualTo(2);
        assertThat(two.skipped()).hasSize(1);
        Corpus held = new CorpusReader(TextRules.USUAL, ReadingListener.NONE).read(folder.toString());
        assertThat(String.join("", parts).equals(held.text())).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 300, 70_000})
    void charactersGetTheirNumbersWhenAllAreKnown(int more) throws IOException {
        StringBuilder text = new StringBuilder(text(5_000_000));
        for (int i = 0; i < more; i++) {
            text.appendCodePoint(i < 60_000 ? 0x1F000 + 7 * i : 0x100 + i);
        }
        Path file = Files.writeString(temp.resolve("text"), text);
        CorpusReader reader = new CorpusReader(TextRules.USUAL, ReadingListener.NONE);
        Corpus held = reader.read(file.toString());
        StreamedText streamed = StreamedText.readCharacters(reader, file.toString(), null);
        assertThat(streamed.sha256()).isEqualTo(held.sha256());
        assertThat(streamed.tokenizer().toJson())
                .isEqualTo(CharTokenizer.of(held.text()).toJson());
        assertThat(streamed.characters())
                .isEqualTo(held.text().codePointCount(0, held.text().length()));
        assertThat(all(streamed.tokens())).isEqualTo(streamed.tokenizer().encode(held.text()));
        assertThat(streamed.tokens().width()).isEqualTo(more == 0 ? 1 : more == 300 ? 2 : 4);
        StreamedText onBase = StreamedText.readCharacters(reader, file.toString(), CharTokenizer.of("\u0001z"));
        assertThat(onBase.tokenizer().toJson())
                .isEqualTo(CharTokenizer.of(held.text() + "\u0001z").toJson());
        StreamedText known = StreamedText.read(reader, file.toString(), streamed.tokenizer());
        assertThat(all(known.tokens())).isEqualTo(all(streamed.tokens()));
        assertThat(known.sha256()).isEqualTo(held.sha256());
    }

    private static int[] all(Tokens tokens) {
        int[] all = new int[(int) tokens.length()];
        tokens.copy(0, all, 0, all.length);
        return all;
    }

    private static TextSink sink(List<String> parts) {
        return new TextSink() {
            @Override
            public int cut(String text, int least) {
                return BpeTrainer.cut(text, least);
            }

            @Override
            public void add(String part) {
                parts.add(part);
            }
        };
    }

    @Test
    void aTrainerThatIsFedPartsLearnsWhatTheWholeTeaches() {
        String text = text(300_000);
        BpeTrainer trainer = new BpeTrainer();
        for (int from = 0; from < text.length(); ) {
            int to = BpeTrainer.cut(text, from + 777);
            trainer.add(text.substring(from, to));
            from = to;
        }
        assertThat(trainer.learn(290).toJson())
                .isEqualTo(BpeTrainer.train(text, 290).toJson());
    }

    @Test
    void entropyIsThatOfTheFrequencies() {
        TokenStatistics alternating = TokenStatistics.of(Tokens.of(0, 1, 0, 1, 0, 1, 0), 3, ReadingListener.NONE);
        assertThat(alternating.distinct()).isEqualTo(2);
        assertThat(alternating.pairs()).isEqualTo(2);
        double p = 4 / 7.0;
        double unigram = -(p * Math.log(p) + (1 - p) * Math.log(1 - p)) / Math.log(2);
        assertThat(alternating.unigram()).isEqualTo(unigram, within(1e-12));
        assertThat(alternating.bigram()).isEqualTo(0, within(1e-12));
        int[] random = new Random(1).ints(400_000, 0, 64).toArray();
        TokenStatistics even = TokenStatistics.of(Tokens.of(random), 64, ReadingListener.NONE);
        assertThat(even.unigram()).isEqualTo(6, within(1e-3));
        assertThat(even.bigram()).isEqualTo(6, within(1e-2));
        assertThat(even.pairs()).isEqualTo(4096);
        int[] many = new Random(1).ints(9_000_000, 0, 1 << 20).toArray();
        assertThat(TokenStatistics.of(Tokens.of(many), 1 << 20, ReadingListener.NONE)
                        .pairs())
                .as("more than are counted")
                .isEqualTo(-1);
    }
}
