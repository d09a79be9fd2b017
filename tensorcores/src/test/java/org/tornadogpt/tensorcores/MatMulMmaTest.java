package org.tornadogpt.tensorcores;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tornadogpt.checks.emulator.WorkGroupEmulator.Order;
import org.tornadogpt.checks.suite.VariantCheck;
import org.tornadogpt.kernels.device.jvm.SequentialDevice;
import org.tornadogpt.kernels.device.tornado.TornadoDevice;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.kernels.kernel.DeviceTraits.Ability;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.kernel.Variants;
import org.tornadogpt.kernels.ops.matmul.MatMul.Shape;

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

    static List<Shape> shapes() {
        return List.of(
                new Shape(1, 1, 1),
                new Shape(3, 1, 7),
                new Shape(2, 37, 513),
                new Shape(31, 33, 30),
                new Shape(67, 131, 97),
                new Shape(809, 21, 34),
                new Shape(130, 384, 95),
                new Shape(29, 1031, 70),
                new Shape(128, 16, 128),
                new Shape(256, 128, 384));
    }

    /** Against the products of what is given, and against those of what the operands are rounded to. */
    @ParameterizedTest
    @MethodSource("shapes")
    void staysWithinItsBound(Shape shape) {
        try (Device device = Emulators.one(Order.SHUFFLED, TensorItem::new)) {
            Layer layer = new Layer(shape, device);
            for (Layer.Off error : List.of(layer.forward(), layer.backwardInput(), layer.backwardWeight())) {
                assertThat(error.ofBound()).isLessThanOrEqualTo(1);
                assertThat(error.ofRounding()).isLessThanOrEqualTo(1);
            }
        }
    }

    /** So that a bound which nothing comes near to is noticed. */
    @Test
    void comesNearItsBound() {
        try (Device device = Emulators.one(Order.FORWARD, TensorItem::new)) {
            assertThat(new Layer(new Shape(64, 1, 64), device).forward().ofBound())
                    .isGreaterThan(0.5);
        }
    }

    @Test
    void isFoundByName() {
        assertThat(Variants.find("matmul", "mma")).isInstanceOf(MatMulMma.class);
        assertThat(new MatMulMma().preference(TornadoDevice.traits("gpu", true, Set.of(Ability.values()))))
                .isEqualTo(Variant.ONLY_IF_NAMED);
    }

    @Test
    void saysWhyADeviceCannotRunIt() {
        MatMulMma mma = new MatMulMma();
        assertThat(mma.obstacle(TornadoDevice.traits("gpu", true, Set.of(Ability.BF16_TENSOR_CORES))))
                .isEmpty();
        assertThat(mma.obstacle(TornadoDevice.traits("gpu", true, Set.of())).orElse(""))
                .contains("tensor cores with bfloat16");
        try (Device sequential = new SequentialDevice()) {
            assertThatThrownBy(() -> new KernelChoices(sequential, Map.of("matmul", "mma")))
                    .hasMessageContaining("device sequential cannot run matmul=mma");
        }
    }
}
