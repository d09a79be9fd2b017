package org.tornadogpt.kernels.device.jvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JitWarmUpTest {
    private static final long BILLION = 1_000_000_000L;

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void withFewThreadsTheFirstRunsHaveOneUntilEnoughIsCompiled(int threads) {
        assertThat(runs(new JitWarmUp(threads))).containsExactly(true, true, true, false, false);
    }

    /** With one there is nothing to choose, with many the compilers have cores of their own. */
    @ParameterizedTest
    @ValueSource(ints = {1, 4, 64})
    void otherwiseARunHasAllThreadsAtOnce(int threads) {
        assertThat(runs(new JitWarmUp(threads))).containsExactly(false, false, false, false, false);
    }

    /** A program of no work says nothing about what is compiled. */
    @Test
    void programsWithoutWorkDoNotEndIt() {
        JitWarmUp warmUp = new JitWarmUp(2);
        for (int i = 0; i < 1_000; i++) {
            assertThat(warmUp.runsAlone(0)).isTrue();
        }
    }

    private static List<Boolean> runs(JitWarmUp warmUp) {
        List<Boolean> alone = new ArrayList<>();
        for (int run = 0; run < 5; run++) {
            alone.add(warmUp.runsAlone(2 * BILLION));
        }
        return alone;
    }
}
