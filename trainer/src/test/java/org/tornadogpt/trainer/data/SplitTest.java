package org.tornadogpt.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SplitTest {
    @Property(tries = 100)
    void everyTokenBelongsToExactlyOnePart(@ForAll @IntRange(min = 1, max = 1000) int length) {
        Split split = Split.of(new int[length], 0.1);
        assertThat(split.training().from()).isZero();
        assertThat(split.training().to()).isEqualTo(split.validation().from());
        assertThat(split.validation().to()).isEqualTo(length);
        assertThat(split.holdsOut()).isTrue();
    }

    @Test
    void aPartOfOneBlockAndItsTargetIsJustEnough() {
        Split split = Split.of(new int[90], 0.1); // 81 and 9
        split.check(8);
        assertThat(split.validation().positions(8)).isEqualTo(1);
        assertThatThrownBy(() -> split.check(9))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll("validation", "has 9 tokens", "at least 10", "--set block");
    }

    @Test
    void withoutAShareBothPartsAreTheWholeText() {
        Split split = Split.of(new int[39], 0);
        assertThat(split.training().length()).isEqualTo(39);
        assertThat(split.validation().length()).isEqualTo(39);
        assertThat(split.holdsOut()).isFalse();
    }
}
