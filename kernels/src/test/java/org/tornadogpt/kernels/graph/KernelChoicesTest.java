package org.tornadogpt.kernels.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tornadogpt.kernels.device.jvm.SequentialDevice;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.kernel.Variants;
import org.tornadogpt.kernels.memory.Buffers;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.ops.matmul.MatMul;

class KernelChoicesTest {
    private static final List<String> OPERATIONS = List.of(
            "activation",
            "adamw",
            "attention",
            "cachedattention",
            "crossentropy",
            "embedding",
            "layernorm",
            "matmul",
            "reduction",
            "residual");

    private final Device device = new SequentialDevice();

    @Test
    void everyOperationHasADefault() {
        assertThat(new KernelChoices(device, Map.of()).names().keySet()).containsExactlyElementsOf(OPERATIONS);
    }

    @Test
    void aNamedVariantIsTheOneUsed() {
        KernelChoices choices = new KernelChoices(device, Map.of("matmul", "naive"));
        assertThat(choices.names()).containsEntry("matmul", "naive").containsEntry("attention", "materialized");
        assertThat(choices.get(MatMul.OPERATION, MatMul.class).name()).isEqualTo("naive");
    }

    @Test
    void anUnknownVariantIsRefusedWithTheKnownOnes() {
        assertThatThrownBy(() -> new KernelChoices(device, Map.of("matmul", "quick")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("quick")
                .hasMessageContaining("matmul")
                .hasMessageContaining("naive");
    }

    @Test
    void anUnknownOperationIsRefusedWithTheKnownOnes() {
        assertThatThrownBy(() -> new KernelChoices(device, Map.of("matmil", "naive")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("matmil")
                .hasMessageContaining("attention, ");
        assertThatThrownBy(() -> new KernelChoices(device, Map.of()).get("matmil", MatMul.class))
                .hasMessageContaining("matmil");
    }

    @Test
    void aVariantOfAStyleThatTheDeviceCannotRunIsRefused() {
        Device grouped = new StubDevice(Variant.Style.GROUP);
        assertThatThrownBy(() -> new KernelChoices(grouped, Map.of("matmul", "naive")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("stub cannot run matmul=naive")
                .hasMessageContaining("LOOP");
    }

    @Test
    void namesOfVariantsAreUniqueWithinAnOperation() {
        assertThat(Variants.all().stream().map(v -> v.operation() + "=" + v.name()))
                .doesNotHaveDuplicates();
        assertThat(Variants.operations()).containsExactlyElementsOf(OPERATIONS);
    }

    /** A device that runs one style and nothing else. */
    private record StubDevice(Variant.Style style) implements Device {
        @Override
        public String id() {
            return "stub";
        }

        @Override
        public String description() {
            return "for this test";
        }

        @Override
        public int threads() {
            return 1;
        }

        @Override
        public boolean runs(Variant.Style asked) {
            return asked == style;
        }

        @Override
        public String defaultVariant(String operation) {
            return "naive";
        }

        @Override
        public Map<String, Program> build(List<Recording> recordings, Buffers buffers) {
            return Map.of();
        }

        @Override
        public void toHost(Slice slice) {
            // no memory
        }

        @Override
        public void toDevice(Slice slice) {
            // no memory
        }

        @Override
        public void close() {
            // nothing open
        }
    }
}
