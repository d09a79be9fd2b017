package org.tornadogpt.trainer.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SuggestionsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "lr|did you mean learningRate?",
                "n_embd|did you mean channels?",
                "Batch|did you mean batch?",
                "learning-rate|did you mean learningRate?",
                "dropuot|did you mean dropout?",
                "warm|did you mean warmupSteps?",
                "bias|did you mean qkvBias or projectionBias or mlpBias?"
            })
    void namesWhatWasMeant(String typed, String said) {
        assertThat(Suggestions.forUnknown(typed, Keys.names())).isEqualTo(said);
    }

    @Test
    void ofManyNamesItGivesTheNearestOfFewAll() {
        assertThat(Suggestions.forUnknown("foo", Keys.names())).matches("the nearest are \\w+, \\w+, \\w+");
        assertThat(Suggestions.forUnknown("foo", List.of("train", "eval"))).isEqualTo("there are train, eval");
    }
}
