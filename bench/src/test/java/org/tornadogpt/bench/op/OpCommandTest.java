package org.tornadogpt.bench.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tornadogpt.kernels.device.Devices;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.kernels.graph.Workspace;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.trainer.settings.UsageException;

class OpCommandTest {
    private static void run(List<Phase> phases) {
        phases.forEach(phase -> {
            phase.program().run();
            phase.check().run();
            assertThat(phase.flops()).isPositive();
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"sequential", "cpu"})
    void resultsOfBothOperationsPassTheirChecks(String device) {
        try (Device opened = Devices.open(device, 2)) {
            KernelChoices kernels = new KernelChoices(opened, Map.of());
            Workspace matmul = new Workspace(kernels);
            List<Phase> products = new MatMulOp(matmul, new int[] {37, 29, 43}).phases(matmul);
            assertThat(products).hasSize(3);
            run(products);
            Workspace attention = new Workspace(kernels);
            List<Phase> passes = new AttentionOp(attention, new int[] {2, 3, 37, 16}).phases(attention);
            assertThat(passes).extracting(Phase::name).containsExactly("forward", "backward");
            run(passes);
        }
    }

    @Test
    void aCheckFindsWhatIsWrong() {
        try (Device opened = Devices.open("sequential", 1)) {
            Workspace workspace = new Workspace(KernelChoices.defaults(opened));
            Tensor out = workspace.state("out", 2, 2);
            assertThat(new Data(workspace, Data.SEED).fetch(out).toArray()).containsOnly(0f);
            Data.compare("out[0,0]", 0.0005, 0f, 1);
            Stream.of(0.1f, Float.NaN, Float.POSITIVE_INFINITY)
                    .forEach(bad -> assertThatThrownBy(() -> Data.compare("out[0,0]", 0, bad, 1))
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("out[0,0]"));
        }
    }

    @Test
    void sizesAreReadAndRefused() {
        assertThat(Sizes.parse("16x16x1024x64", "BxHxTxD")).containsExactly(16, 16, 1024, 64);
        for (String bad : List.of("1x2", "1x2x3x", "1x0x3", "-1x2x3", "axbxc", "", "1x2x3x4")) {
            assertThatThrownBy(() -> Sizes.parse(bad, "NxKxO"))
                    .as(bad)
                    .isInstanceOf(UsageException.class)
                    .hasMessageContaining("NxKxO");
        }
    }
}
