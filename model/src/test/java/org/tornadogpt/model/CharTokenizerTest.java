package org.tornadogpt.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class CharTokenizerTest {
    @Property
    void anyTextItWasBuiltOnSurvives(@ForAll @StringLength(min = 1, max = 200) String text) {
        CharTokenizer tokenizer = CharTokenizer.of(text);
        int[] tokens = tokenizer.encode(text);
        assertThat(tokenizer.decode(tokens)).isEqualTo(text);
        assertThat(tokens).hasSize((int) text.codePoints().count());
        assertThat(tokenizer.vocabularySize())
                .isEqualTo((int) text.codePoints().distinct().count());
        Tokenizer read = Tokenizer.fromJson(tokenizer.toJson());
        assertThat(read.encode(text)).isEqualTo(tokens);
        assertThat(read.decode(tokens)).isEqualTo(text);
    }

    @Test
    void lineEndsSurrogatesAndOrderAreKept() {
        String text = "b\r\na\n\r\uD83D\uDE00x\uD83D y\uDE00 \uFFFF\u0000";
        CharTokenizer tokenizer = CharTokenizer.of(text);
        assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
        assertThat(CharTokenizer.of("cabba").encode("abc")).containsExactly(0, 1, 2);
        assertThat(CharTokenizer.of("a\uD83D\uDE00").vocabularySize()).isEqualTo(2);
        assertThat(CharTokenizer.of("a").encode("")).isEmpty();
    }

    @Test
    void anUnknownCharacterIsNamedWithItsPlace() {
        CharTokenizer tokenizer = CharTokenizer.of("abc \uD83D\uDE00");
        assertThatThrownBy(() -> tokenizer.encode("\uD83D\uDE00 a\u00E9"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the tokenizer does not know '\u00E9' (U+00E9) at position 4");
        assertThatThrownBy(() -> tokenizer.encode("a\r")).hasMessageContaining("U+000D at position 1");
    }

    @Test
    void aPromptIsMadeToFitAndTheNoteSaysHow() {
        CharTokenizer spaced = CharTokenizer.of("ab ");
        Tokenizer.Encoded encoded = spaced.encodePrompt("a\u00E9b\u00E9z");
        assertThat(spaced.decode(encoded.tokens())).isEqualTo("a b  ");
        assertThat(encoded.note())
                .isEqualTo("the model was not trained on '\u00E9' (U+00E9), 'z' (U+007A):"
                        + " 3 of 5 characters (60.0 %) replaced by a space");
        assertThat(encoded.replaced()).isEqualTo(3);
        assertThat(encoded.leftOut()).isZero();
        CharTokenizer spaceless = CharTokenizer.of("ab");
        assertThat(spaceless.decode(spaceless.encodePrompt("a b").tokens())).isEqualTo("ab");
        assertThat(spaceless.encodePrompt("a b").note()).endsWith("1 of 3 characters (33.3 %) left out");
        assertThat(spaceless.encodePrompt("a b").leftOut()).isEqualTo(1);
        assertThat(spaceless.encodePrompt("ab").note()).isEmpty();
        assertThat(spaceless.encodePrompt("\uDBFF\uDFFF").tokens()).isEmpty();
    }

    @Test
    void aNoteNamesTheMostFrequentCharactersAndCountsTheOthers() {
        String foreign = "\u202E\u202E\u0416\u0416\u0416" + "abcdefghij";
        String note = CharTokenizer.of(" ")
                .encodePrompt(foreign + " ".repeat(100_000))
                .note();
        assertThat(note)
                .startsWith("the model was not trained on '\u0416' (U+0416), U+202E, 'a' (U+0061), ")
                .endsWith("'f' (U+0066) and 4 others: 15 of 100,015 characters (less than 0.1 %) replaced by a space")
                .doesNotContain("\u202E");
    }

    @Test
    void tokensOutsideTheVocabularyAreErrors() {
        CharTokenizer tokenizer = CharTokenizer.of("ab");
        assertThatThrownBy(() -> tokenizer.decode(new int[] {0, 2}))
                .hasMessage("token 2 at 1 lies outside a vocabulary of 2");
        assertThatThrownBy(() -> tokenizer.decode(new int[] {-1})).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void beginsWithALineBreakWhereThereIsOne() {
        assertThat(CharTokenizer.of("a\tb\n").startToken()).isEqualTo(1);
        assertThat(CharTokenizer.of("ab").startToken()).isZero();
    }

    @Test
    void brokenDescriptionsAreErrors() {
        assertThatThrownBy(() -> CharTokenizer.of("")).isInstanceOf(IllegalArgumentException.class);
        for (String json : new String[] {
            "{}",
            "[]",
            "{\"kind\":\"char\"}",
            "{\"kind\":\"char\",\"codePoints\":[]}",
            "{\"kind\":\"char\",\"codePoints\":[3,2]}",
            "{\"kind\":\"char\",\"codePoints\":[\"a\"]}",
            "{\"kind\":\"char\",\"codePoints\":[1114112]}",
            "{\"kind\":\"char\",\"codePoints\":[1.5]}",
            "{\"kind\":\"char\",\"codePoints\":[1],\"codePoints\":[2]}",
            "{\"kind\":[],\"codePoints\":[1]}",
            "{\"codePoints\":[1]}",
            "null",
            "",
            "{\"kind\":\"words\",\"codePoints\":[1]}",
        }) {
            assertThatThrownBy(() -> Tokenizer.fromJson(json)).as(json).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
