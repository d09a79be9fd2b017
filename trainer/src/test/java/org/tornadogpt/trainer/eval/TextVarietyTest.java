package org.tornadogpt.trainer.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class TextVarietyTest {
    @Test
    void countsWordsPairsAndTriplesOfAllTextsTogether() {
        TextVariety variety = TextVariety.of(List.of("to-be-or,not-to-be", "to-be"));
        assertThat(variety.distinct1()).isEqualTo(6.0 / 14);
        assertThat(variety.distinct2()).isEqualTo(8.0 / 12);
        assertThat(variety.distinct3()).isEqualTo(8.0 / 10);
    }

    @Test
    void repetitionIsOfRunsOfFourPiecesWithinAText() {
        assertThat(TextVariety.of(List.of("a.b.a.b.", "e.f.")).repetition())
                .isCloseTo((1 - 4.0 / 5) / 2, within(1e-12));
    }

    @Test
    void spacesAloneRepeat() {
        TextVariety variety = TextVariety.of(List.of("\t".repeat(41)));
        assertThat(variety.distinct1()).isCloseTo(1 / 41.0, within(1e-12));
        assertThat(variety.repetition()).isCloseTo(1 - 1 / 38.0, within(1e-12));
    }

    @Test
    void shortTextsHaveNone() {
        assertThat(TextVariety.of(List.of("two-")).repetition()).isNaN();
        assertThat(TextVariety.of(List.of("")).distinct1()).isNaN();
    }
}
