package org.tornadogpt.trainer.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class TextVarietyTest {
    @Test
    void countsWordsPairsAndTriplesOfAllTextsTogether() {
        TextVariety variety = TextVariety.of(List.of(" to be or\nnot to be", "to be"));
        assertThat(variety.distinct1()).isEqualTo(4.0 / 8);
        assertThat(variety.distinct2()).isEqualTo(4.0 / 6);
        assertThat(variety.distinct3()).isEqualTo(4.0 / 4);
    }

    @Test
    void repetitionIsOfRunsOfFourWordsWithinAText() {
        assertThat(TextVariety.of(List.of("a b c d a b c d", "e f g h")).repetition())
                .isCloseTo((1 - 4.0 / 5) / 2, within(1e-12));
    }

    @Test
    void shortTextsHaveNone() {
        assertThat(TextVariety.of(List.of("one two")).repetition()).isNaN();
        assertThat(TextVariety.of(List.of("")).distinct1()).isNaN();
    }
}
