package org.tornadogpt.trainer.settings;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumbersTest {
    @ParameterizedTest
    @CsvSource({
        "1.0, 1",
        "-1.0, -1",
        "0.0, 0",
        "0.1, 0.1",
        "1.0E-4, 1e-4",
        "2.5E-5, 2.5e-5",
        "3.0E10, 3e10",
        "100.5, 100.5"
    })
    void asPeopleWriteThem(String java, String text) {
        assertThat(Numbers.text(Double.parseDouble(java))).isEqualTo(text);
        assertThat(Double.parseDouble(text)).isEqualTo(Double.parseDouble(java));
        assertThat(Numbers.shortened(java)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"cosine", "1337", "1.0.0", "or not"})
    void otherValuesStay(String value) {
        assertThat(Numbers.shortened(value)).isEqualTo(value);
    }
}
