package org.tornadogpt.model.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.tornadogpt.model.CharTokenizer;
import org.tornadogpt.model.Tokenizer;

class TextAssemblerTest {
    private static final Tokenizer TOKENIZER = CharTokenizer.of("abcdEND \uD83D\uDE00");

    /** A vocabulary that has the halves of characters as tokens. */
    private static final Tokenizer HALVES = Tokenizer.fromJson("{\"kind\":\"char\",\"codePoints\":[97,55357,56832]}");

    private static List<String> pieces(Tokenizer tokenizer, List<String> stops, int... tokens) {
        TextAssembler assembler = new TextAssembler(tokenizer, stops);
        List<String> pieces = new ArrayList<>();
        for (int token : tokens) {
            pieces.add(assembler.add(token, null).text());
            if (assembler.isStopped()) {
                return pieces;
            }
        }
        pieces.add(assembler.end().text());
        return pieces;
    }

    @Test
    void withoutStopStringsEveryTokenComesAtOnce() {
        assertThat(pieces(TOKENIZER, List.of(), TOKENIZER.encode("ab\uD83D\uDE00")))
                .containsExactly("a", "b", "\uD83D\uDE00", "");
    }

    @Test
    void whatMayBeginAStopStringIsHeldBack() {
        assertThat(pieces(TOKENIZER, List.of("END"), TOKENIZER.encode("aENaENDb")))
                .containsExactly("a", "", "", "ENa", "", "", "");
        assertThat(pieces(TOKENIZER, List.of("aab"), TOKENIZER.encode("aaab"))).containsExactly("", "", "a", "");
        assertThat(pieces(TOKENIZER, List.of("END"), TOKENIZER.encode("aEN"))).containsExactly("a", "", "", "EN");
        assertThat(pieces(TOKENIZER, List.of("cd", "bcd"), TOKENIZER.encode("abcd")))
                .containsExactly("a", "", "", "");
    }

    @Test
    void halvesOfACharacterWaitForEachOther() {
        assertThat(pieces(HALVES, List.of(), 0, 1, 2, 0)).containsExactly("a", "", "\uD83D\uDE00", "a", "");
        assertThat(pieces(HALVES, List.of(), 1, 1, 2)).containsExactly("", "\uFFFD", "\uD83D\uDE00", "");
        assertThat(pieces(HALVES, List.of(), 2, 1)).containsExactly("\uFFFD", "", "\uFFFD");
    }

    @Test
    void tokensComeWithTheirText() {
        TextAssembler assembler = new TextAssembler(TOKENIZER, List.of("END"));
        int[] tokens = TOKENIZER.encode("aENDb");
        assertThat(assembler.add(tokens[0], null).tokens())
                .extracting(TextAssembler.Placed::offset)
                .containsExactly(0);
        assertThat(assembler.add(tokens[1], null).tokens()).isEmpty();
        assembler.add(tokens[2], null);
        assertThat(assembler.add(tokens[3], null).isEmpty()).isTrue();
        assertThat(assembler.isStopped()).isTrue();
        assertThat(assembler.end().isEmpty()).isTrue();
    }

    @Test
    void piecesTogetherAreTheTextUpToTheFirstStop() {
        Random random = new Random(4);
        for (int i = 0; i < 2_000; i++) {
            StringBuilder text = new StringBuilder();
            while (text.length() < 12) {
                text.append("abE".charAt(random.nextInt(3)));
            }
            List<String> stops = List.of("aba", "bbE", "EE");
            int first = stops.stream()
                    .mapToInt(text::indexOf)
                    .filter(at -> at >= 0)
                    .min()
                    .orElse(text.length());
            // the first to be complete ends the text, which need not be the first to begin
            String written = String.join("", pieces(TOKENIZER, stops, TOKENIZER.encode(text.toString())));
            assertThat(text.toString()).startsWith(written);
            assertThat(written.length()).isGreaterThanOrEqualTo(first);
            assertThat(stops).noneMatch(written::contains);
        }
    }
}
