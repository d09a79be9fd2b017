package org.tornadogpt.bench.tune;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tornadogpt.bench.race.Lap;

class TuningTest {
    private static Tried tried(int value, double low, double ratio, double high) {
        return new Tried(
                Map.of("A", value), new Lap("v", List.of(1), 1, "", 1.0, 1.0, null, 1L, ratio, low, high, true));
    }

    private static Tried untimed(int value) {
        Lap lap = new Lap("v", List.of(1), 1, "WRONG: x", null, null, null, null, null, null, null, null);
        return new Tried(Map.of("A", value), lap);
    }

    @Test
    void whatIsSurelyFasterThanTheFilesOwnIsBest() {
        List<Tried> tried =
                List.of(tried(1, 0.9, 1, 1.1), tried(2, 1.2, 1.3, 1.4), tried(3, 1.3, 1.5, 1.6), untimed(4));
        assertThat(Tuning.best(tried)).contains(tried.get(2));
    }

    @Test
    void whatIsNotToldApartLeavesTheFilesOwn() {
        List<Tried> tried = List.of(tried(1, 0.9, 1, 1.1), tried(2, 1, 1.3, 1.7));
        assertThat(Tuning.best(tried)).contains(tried.get(0));
    }

    @Test
    void ownValuesThatAreWrongLoseToAll() {
        List<Tried> tried = List.of(untimed(1), tried(2, 0.1, 0.2, 0.3));
        assertThat(Tuning.best(tried)).contains(tried.get(1));
        assertThat(Tuning.best(List.of(untimed(1), untimed(2)))).isEmpty();
    }
}
