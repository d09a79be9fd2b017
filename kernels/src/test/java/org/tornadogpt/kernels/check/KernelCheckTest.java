package org.tornadogpt.kernels.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.tornadogpt.kernels.cases.KernelCase;
import org.tornadogpt.kernels.cases.KernelCases;
import org.tornadogpt.kernels.device.Devices;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.kernels.kernel.Variants;

/** What {@code tgpt doctor} relies on. */
class KernelCheckTest {
    private static final KernelCase CASE = new KernelCase("none", "case", 4, (ops, t) -> {});

    @Test
    void everyOperationThatHasVariantsHasACase() {
        for (List<KernelCase> cases : List.of(KernelCases.allFew(), KernelCases.grid())) {
            assertThat(cases.stream().map(KernelCase::operation).distinct())
                    .containsExactlyInAnyOrderElementsOf(Variants.operations());
        }
    }

    @Test
    void theCpuDeviceIsRight() {
        try (Device cpu = Devices.open("cpu", 2)) {
            List<KernelCheck.Outcome> outcomes = KernelCheck.run(cpu, KernelCases.allFew(), outcome -> {});
            assertThat(outcomes).hasSizeGreaterThan(20).allMatch(KernelCheck.Outcome::isOk);
        }
    }

    /** An element that nobody writes is NaN in the reference's result, too. */
    @Test
    void anElementThatNobodyWritesIsFound() {
        KernelCase unwritten =
                new KernelCase("matmul", "unwritten", 4, (recorder, t) -> t.result(t.unset("out", 2, 3)));
        try (Device cpu = Devices.open("cpu", 1)) {
            assertThat(KernelCheck.run(cpu, List.of(unwritten), outcome -> {}))
                    .hasSizeGreaterThan(1)
                    .allSatisfy(o -> assertThat(o.failure()).startsWith("element 0 of 6 is NaN"));
        }
    }

    @Test
    void aWrongElementIsNamedAndSoIsOneThatIsNoNumber() {
        float[] right = {1f, 2f, 3f};
        assertThat(KernelCheck.compare(CASE, "v", right, right.clone()).isOk()).isTrue();
        KernelCheck.Outcome wrong = KernelCheck.compare(CASE, "v", right, new float[] {1f, 2.001f, 3f});
        assertThat(wrong.isOk()).isFalse();
        assertThat(wrong.element()).isEqualTo(1);
        assertThat(wrong.failure()).isEqualTo("element 1 of 3 is 2.001, should be 2.0");
        Stream.of(Float.NaN, Float.POSITIVE_INFINITY).forEach(bad -> {
            KernelCheck.Outcome outcome = KernelCheck.compare(CASE, "v", right, new float[] {1f, 2f, bad});
            assertThat(outcome.failure()).startsWith("element 2 of 3 is " + bad);
        });
    }
}
