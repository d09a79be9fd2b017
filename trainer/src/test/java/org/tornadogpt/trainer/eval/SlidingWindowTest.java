package org.tornadogpt.trainer.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SlidingWindowTest {
    @ParameterizedTest
    @CsvSource({"2,7,3", "7,7,3", "8,7,3", "9,7,3", "53,7,3", "53,7,7", "53,7,1", "50,7,2"})
    void everyTokenButTheFirstCountsOnceWithEnoughBeforeIt(int tokens, int block, int stride) {
        int[] counted = new int[tokens];
        for (SlidingWindow window : SlidingWindow.over(tokens, block, stride)) {
            assertThat(window.from()).isNotNegative();
            assertThat(window.rows()).isBetween(1, block);
            assertThat(window.from() + window.rows()).isLessThan(tokens);
            for (int row = window.firstCounted(); row < window.rows(); row++) {
                int predicted = window.from() + row + 1;
                counted[predicted]++;
                assertThat(row + 1).isGreaterThanOrEqualTo(Math.min(predicted, block - stride + 1));
            }
        }
        assertThat(counted[0]).isZero();
        for (int i = 1; i < tokens; i++) {
            assertThat(counted[i]).as("token %d", i).isEqualTo(1);
        }
    }

    @Test
    void theLastWindowEndsWithTheText() {
        assertThat(SlidingWindow.over(10, 4, 3))
                .isEqualTo(List.of(new SlidingWindow(0, 4, 0), new SlidingWindow(3, 4, 1), new SlidingWindow(5, 4, 2)));
    }

    @Test
    void refusesWhatCannotBe() {
        assertThatThrownBy(() -> SlidingWindow.over(1, 4, 2)).hasMessageContaining("none to predict");
        assertThatThrownBy(() -> SlidingWindow.over(9, 4, 5)).hasMessageContaining("1 to the block, 4, got 5");
        assertThatThrownBy(() -> SlidingWindow.over(9, 4, 0)).hasMessageContaining("got 0");
    }
}
