package org.tornadogpt.bench.jmh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.tornadogpt.kernels.device.Devices;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.kernel.Variants;
import org.tornadogpt.kernels.ops.cachedattention.CachedAttention;
import org.tornadogpt.trainer.settings.UsageException;

class BenchCaseTest {
    private static List<BenchCase> casesOf(String device) {
        try (Device opened = Devices.open(device, 1)) {
            return BenchCase.all(opened);
        }
    }

    /** The cases are the calls of a training step and of an evaluation; cached attention, for one, is none of them. */
    @Test
    void everyVariantThatTheDeviceRunsOfWhatPresetsCallIsListedAndNoOther() {
        for (String name : List.of("cpu", "sequential")) {
            try (Device device = Devices.open(name, 1)) {
                Set<String> called = calledOperations(KernelChoices.defaults(device));
                assertThat(called)
                        .contains("matmul", "attention", "layernorm", "crossentropy", "adamw")
                        .doesNotContain(CachedAttention.OPERATION);
                List<String> expected = Variants.all().stream()
                        .filter(v -> v.obstacle(device.traits()).isEmpty() && called.contains(v.operation()))
                        .map(v -> v.operation() + "=" + v.name())
                        .toList();
                assertThat(casesOf(name).stream().map(c -> c.operation() + "=" + c.variant()))
                        .containsAll(expected)
                        .isSubsetOf(expected);
            }
        }
        assertThat(Variants.all().stream().map(Variant::style)).contains(Variant.Style.VECTOR);
    }

    private static Set<String> calledOperations(KernelChoices kernels) {
        return BenchCase.PRESETS.stream()
                .flatMap(preset -> StepCalls.of(kernels, preset, 1).stream())
                .map(StepCall::operation)
                .collect(Collectors.toSet());
    }

    @Test
    void namesDifferAndEveryPresetIsThere() {
        List<String> names = casesOf("cpu").stream().map(BenchCase::name).toList();
        assertThat(names).doesNotHaveDuplicates();
        for (String preset : BenchCase.PRESETS) {
            assertThat(names).anyMatch(n -> n.startsWith(preset + "/matmul/forward:"));
            assertThat(names).anyMatch(n -> n.startsWith(preset + "/attention/backward:"));
        }
    }

    @Test
    void costsAreThoseOfTheOperation() {
        BenchCase head = casesOf("cpu").stream()
                .filter(c -> c.name().equals("quote/matmul/forward:1024x13x64/blocked"))
                .findFirst()
                .orElseThrow();
        assertThat(head.cost().flops()).isEqualTo(2L * 1024 * 13 * 64);
        assertThat(head.cost().bytes()).isEqualTo(4L * (1024 * 64 + 13 * 64 + 13 + 1024 * 13));
    }

    @Test
    void patternsSelectByRegularExpression() {
        List<BenchCase> cases = casesOf("cpu");
        assertThat(CasePattern.select(cases, "quote/matmul/.*/blocked"))
                .isNotEmpty()
                .allMatch(c -> c.variant().equals("blocked") && c.preset().equals("quote"));
        assertThat(CasePattern.select(cases, "")).hasSameSizeAs(cases);
    }

    @Test
    void badPatternsAreExplained() {
        List<BenchCase> cases = casesOf("cpu");
        assertThatThrownBy(() -> CasePattern.select(cases, "matmul("))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("not a regular expression");
        assertThatThrownBy(() -> CasePattern.select(cases, "matmull"))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("no benchmark matches 'matmull'")
                .hasMessageContaining("--list");
    }

    @Test
    void everyCallOfASmallPresetGivesTheReferenceResult() {
        try (Device device = Devices.open("cpu", 2)) {
            KernelChoices defaults = KernelChoices.defaults(device);
            KernelChoices loops = new KernelChoices(device, Map.of("matmul", "naive", "attention", "materialized"));
            for (StepCall call : StepCalls.of(defaults, "quote", 32)) {
                ReferenceCheck.check(defaults, "quote", call);
                ReferenceCheck.check(loops, "quote", call);
            }
        }
    }

    @Test
    void aWrongResultIsFound() {
        float[] expected = {1f, 2f, 3f};
        Stream.of(new float[] {1f, 2.1f, 3f}, new float[] {1f, Float.NaN, 3f})
                .forEach(actual -> assertThatThrownBy(() -> ReferenceCheck.compare("x", expected, actual))
                        .hasMessageContaining("element 1"));
        ReferenceCheck.compare("x", expected, expected.clone());
    }
}
