package org.tornadogpt.kernels.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.tornadogpt.kernels.device.jvm.CpuDevice;
import org.tornadogpt.kernels.device.jvm.SequentialDevice;
import org.tornadogpt.kernels.kernel.DeviceTraits;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.kernel.Variants;
import org.tornadogpt.kernels.memory.Buffers;
import org.tornadogpt.kernels.memory.DType;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.kernels.ops.cachedattention.CachedAttention;
import org.tornadogpt.kernels.ops.matmul.MatMul;

class KernelChoicesTest {
    private final Device device = new SequentialDevice();

    @Test
    void everyOperationHasADefault() {
        assertThat(KernelChoices.defaults(device).names().keySet()).containsExactlyElementsOf(Variants.operations());
        assertThat(KernelChoices.defaults(new CpuDevice(1)).names())
                .hasSameSizeAs(Variants.operations())
                .containsEntry("matmul", "blocked")
                .containsEntry("attention", "flash");
    }

    @Test
    void aNamedVariantIsTheOneUsed() {
        KernelChoices choices = new KernelChoices(device, Map.of("matmul", "naive"));
        assertThat(choices.names()).containsEntry("matmul", "naive").containsEntry("attention", "materialized");
        assertThat(choices.get(MatMul.class).name()).isEqualTo("naive");
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
    }

    @Test
    void withoutADefaultTheOperationMustBeNamed() {
        KernelChoices none = KernelChoices.defaults(new StubDevice(Variant.Style.GROUP));
        assertThat(none.names()).containsEntry("matmul", "tiled").doesNotContainKey("cachedattention");
        assertThatThrownBy(() -> none.get(CachedAttention.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("stub has no default variant of CachedAttention");
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
    void weightsOfATypeGoToADefaultThatTakesThem() {
        KernelChoices choices = KernelChoices.defaults(new StubDevice(Variant.Style.GROUP, Variant.Style.LOOP));
        assertThat(choices.get(MatMul.class, DType.F32).name()).isEqualTo("tiled");
        assertThat(choices.get(MatMul.class, DType.BF16).name()).isEqualTo("naive");
        assertThat(KernelChoices.defaults(new CpuDevice(1))
                        .get(MatMul.class, DType.BF16)
                        .name())
                .isEqualTo("blocked");
        choices.checkWeights(DType.BF16);
    }

    @Test
    void withoutADefaultThatTakesTheTypeThereIsTheReason() {
        KernelChoices grouped = KernelChoices.defaults(new StubDevice(Variant.Style.GROUP));
        assertThatThrownBy(() -> grouped.get(MatMul.class, DType.BF16))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("device stub has no default variant of matmul that takes bf16 weights");
    }

    @Test
    void aNamedVariantThatDoesNotTakeTheTypeIsRefused() {
        Device all = new StubDevice(Variant.Style.GROUP, Variant.Style.LOOP);
        KernelChoices named = new KernelChoices(all, Map.of("matmul", "tiled", "layernorm", "loop"));
        String refusal = "matmul=tiled does not take bf16 weights, only [f32]";
        assertThatThrownBy(() -> named.get(MatMul.class, DType.BF16))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(refusal);
        assertThatThrownBy(() -> named.checkWeights(DType.BF16))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(refusal);
        named.checkWeights(DType.F32);
    }

    @Test
    void aDeviceIsNotGivenATypeThatItCannotHold() {
        Workspace workspace = new Workspace(KernelChoices.defaults(new StubDevice(Variant.Style.LOOP)));
        workspace.share(Tensor.of("weights", Slice.allocate(DType.BF16, 3), 3));
        assertThatThrownBy(workspace::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("device stub cannot hold bf16, only [f32]");
    }

    @Test
    void namesOfVariantsAreUniqueWithinAnOperation() {
        assertThat(Variants.all().stream().map(v -> v.operation() + "=" + v.name()))
                .doesNotHaveDuplicates();
    }

    /** A device that runs some styles and nothing else. */
    private record StubDevice(Variant.Style... styles) implements Device {
        @Override
        public String description() {
            return "for this test";
        }

        @Override
        public int threads() {
            return 1;
        }

        @Override
        public DeviceTraits traits() {
            return new DeviceTraits("stub", Set.of(styles), false);
        }

        @Override
        public Map<String, Program> build(List<NodeList> programs, Buffers buffers) {
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
