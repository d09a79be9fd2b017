package org.tornadogpt.model.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompactTokensTest {
    @ParameterizedTest
    @CsvSource({"256,1", "257,2", "65536,2", "65537,4"})
    void tokensComeBackWhateverTheirWidth(int vocabulary, int width) {
        Random random = new Random(vocabulary);
        int[] expected = random.ints(2_100_003, 0, vocabulary).toArray();
        expected[1] = vocabulary - 1;
        CompactTokens tokens = new CompactTokens(vocabulary);
        assertThat(tokens.width()).isEqualTo(width);
        for (int from = 0; from < expected.length; ) {
            int to = Math.min(expected.length, from + 1 + random.nextInt(900_000));
            tokens.add(Arrays.copyOfRange(expected, from, to));
            from = to;
        }
        assertThat(tokens.length()).isEqualTo(expected.length);
        int[] all = new int[expected.length];
        tokens.copy(0, all, 0, all.length);
        assertThat(all).isEqualTo(expected);
        int[] part = new int[1_200_000];
        tokens.copy(900_001, part, 0, part.length);
        assertThat(part).isEqualTo(Arrays.copyOfRange(expected, 900_001, 2_100_001));
        long[] seen = new long[1];
        tokens.visit(5, 1_050_000, (values, count) -> {
            for (int i = 0; i < count; i++) {
                assertThat(values[i] == expected[(int) (5 + seen[0]++)]).isTrue();
            }
        });
        assertThat(seen[0]).isEqualTo(1_049_995);
        assertThatThrownBy(() -> tokens.copy(expected.length - 1L, new int[2], 0, 2))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }
}
