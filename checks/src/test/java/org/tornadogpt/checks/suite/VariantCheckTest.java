package org.tornadogpt.checks.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.kernel.Variants;

/** No kernel of ours is found faulty. */
@Tag("slow")
class VariantCheckTest {
    static List<Variant> variants() {
        return Variants.all();
    }

    @ParameterizedTest
    @MethodSource("variants")
    void everyVariantKeepsItsContract(Variant variant) {
        VariantCheck.Report report = VariantCheck.onJvm(variant, progress -> {});
        assertThat(report.findings())
                .as(variant.operation() + "=" + variant.name())
                .isEmpty();
        assertThat(report.refused()).isEmpty();
        assertThat(report.cases()).isGreaterThan(8);
    }
}
