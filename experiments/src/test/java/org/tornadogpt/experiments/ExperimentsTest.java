package org.tornadogpt.experiments;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tornadogpt.checks.suite.VariantCheck;
import org.tornadogpt.kernels.kernel.Variant;

/** The worked examples keep their contracts, or their own mathematics. */
class ExperimentsTest {
    static List<Variant> experiments() {
        return List.of(new SlidingWindow(), new SplitK(), new Bf16Rounded());
    }

    @ParameterizedTest
    @MethodSource("experiments")
    void isRight(Variant variant) {
        VariantCheck.Report report = VariantCheck.onJvm(variant, progress -> {});
        assertThat(report.findings()).isEmpty();
        assertThat(report.refused()).isEmpty();
    }
}
