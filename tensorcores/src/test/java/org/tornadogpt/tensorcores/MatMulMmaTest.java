package org.tornadogpt.tensorcores;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.tornadogpt.checks.suite.VariantCheck;

/** The products of tensor cores, in an emulator of them. */
class MatMulMmaTest {
    /** Values, guard zones, what is overwritten and accumulated, orders of items, NaN and infinities. */
    @Test
    void keepsTheContract() {
        VariantCheck.Report report =
                VariantCheck.inEmulators(new MatMulMma(), Emulators.all(TensorItem::new), progress -> {});
        assertThat(report.findings()).isEmpty();
        assertThat(report.refused()).isEmpty();
    }
}
