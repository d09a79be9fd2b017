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
                .isEqualTo("the model was not trained on '\u00E9' (U+00E9), 'z' (U+007A): replaced by a space");
        CharTokenizer spaceless = CharTokenizer.of("ab");
        assertThat(spaceless.decode(spaceless.encodePrompt("a b").tokens())).isEqualTo("ab");
        assertThat(spaceless.encodePrompt("a b").note()).endsWith("left out");
        assertThat(spaceless.encodePrompt("ab").note()).isEmpty();
        assertThat(spaceless.encodePrompt("\uDBFF\uDFFF").tokens()).isEmpty();
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
            "{\"kind\":\"words\",\"codePoints\":[1]}",
        }) {
            assertThatThrownBy(() -> Tokenizer.fromJson(json)).as(json).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
