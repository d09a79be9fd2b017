package org.tornadogpt.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tornadogpt.model.Tokenizer;

/** Tokenizers with byte fallback beside Hugging Face's; see tools/tokenizers/make_fallback.py. */
class ByteFallbackTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static String resource(String name) throws IOException {
        try (InputStream in = ByteFallbackTest.class.getResourceAsStream("/tokenizers/fallback/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama2", "mistral", "words", "gemma"})
    void tokensAndTextsAreThoseOfTheTokenizersLibrary(String form) throws IOException {
        Tokenizer tokenizer = Tokenizer.fromJson(resource(form + ".json"));
        Tokenizer again = Tokenizer.fromJson(tokenizer.toJson());
        List<String> lines = resource(form + ".jsonl").lines().toList();
        assertThat(lines).hasSizeGreaterThan(70);
        for (String line : lines) {
            JsonNode sample = JSON.readTree(line);
            int[] tokens = JSON.treeToValue(sample.path("tokens"), int[].class);
            assertThat(tokenizer.encode(sample.path("text").asText())).as(line).isEqualTo(tokens);
            assertThat(again.encode(sample.path("text").asText())).as(line).isEqualTo(tokens);
            assertThat(tokenizer.decodeWhole(tokens))
                    .as(line)
                    .isEqualTo(sample.path("decoded").asText());
        }
    }

    @Property(tries = 200)
    void everyTextSurvives(@ForAll @StringLength(max = 40) String text) throws IOException {
        String whole = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8).replace('\u2581', '_');
        Tokenizer gemma = Tokenizer.fromJson(resource("gemma.json"));
        int[] tokens = gemma.encode(whole);
        assertThat(gemma.decode(tokens)).isEqualTo(whole);
        Tokenizer.Decoder decoder = gemma.decoder();
        StringBuilder streamed = new StringBuilder();
        for (int token : tokens) {
            streamed.append(decoder.next(token));
        }
        assertThat(streamed.append(decoder.end()).toString()).isEqualTo(whole);
        assertThat(Arrays.stream(tokens).map(gemma::characters).sum())
                .isEqualTo(whole.codePointCount(0, whole.length()));
    }

    @Test
    void aCharacterOfSeveralTokensIsShownWhenItIsWhole() throws IOException {
        Tokenizer.Decoder decoder = Tokenizer.fromJson(resource("llama2.json")).decoder();
        int first = 3;
        assertThat(decoder.next(first + 0xF0)).isEmpty();
        assertThat(decoder.next(first + 0x9F)).isEmpty();
        assertThat(decoder.next(first + 0x98)).isEmpty();
        assertThat(decoder.next(first + 0x80)).isEqualTo("\uD83D\uDE00");
        assertThat(decoder.next(first + 0xF0)).isEmpty();
        assertThat(decoder.next(first + 0x41)).isEmpty();
        assertThat(decoder.end()).isEqualTo("\uFFFD\uFFFD");
    }

    @Test
    void longTextsAreEncodedInPartsAsIfInOne() throws IOException {
        Tokenizer parts = Tokenizer.fromJson(resource("mistral.json"));
        String text = "the public  class of\n a  thing ".repeat(20_000);
        int[] tokens = parts.encode(text);
        assertThat(parts.decodeWhole(tokens)).isEqualTo(text);
        int[] head = parts.encode(text.substring(0, 3100));
        assertThat(Arrays.copyOf(tokens, head.length - 1)).isEqualTo(Arrays.copyOf(head, head.length - 1));
    }

    @Test
    void whatDiffersFromThePublishedFormsIsRefusedByName() throws IOException {
        String llama2 = resource("llama2.json");
        refused(llama2.replace("\"<0x41>\":", "\"<0x4A1>\":"), "no token <0x41>");
        refused(llama2.replace("\"type\":\"Prepend\"", "\"type\":\"NFKC\""), "NFKC");
        refused(llama2.replace("\"type\":\"ByteFallback\"", "\"type\":\"WordPiece\""), "WordPiece");
        refused(llama2.replace("\"stop\":0", "\"stop\":2"), "decoder");
        refused(
                llama2.replaceFirst("\"pre_tokenizer\":null", "\"pre_tokenizer\":{\"type\":\"Whitespace\"}"),
                "Whitespace");
        refused(
                resource("mistral.json").replace("\"prepend_scheme\":\"first\"", "\"prepend_scheme\":\"x\""),
                "scheme x");
        refused(
                resource("gemma.json")
                        .replace("\"type\":\"Replace\",\"pattern\":{\"String\":\" \"}", "\"type\":\"Strip\""),
                "Strip");
    }

    private static void refused(String json, String reason) {
        assertThatThrownBy(() -> Tokenizer.fromJson(json))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(reason);
    }
}
