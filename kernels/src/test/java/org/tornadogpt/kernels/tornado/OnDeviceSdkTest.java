package org.tornadogpt.kernels.tornado;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tornadogpt.kernels.Buffers;
import org.tornadogpt.kernels.Call;
import org.tornadogpt.kernels.Node;
import org.tornadogpt.kernels.Program;
import org.tornadogpt.kernels.Recording;
import org.tornadogpt.kernels.Slice;
import org.tornadogpt.kernels.Variant;
import org.tornadogpt.kernels.check.KernelCase;
import org.tornadogpt.kernels.check.KernelCheck;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** On every device that TornadoVM finds; run where TORNADOVM_HOME is set, see the {@code sdk} profile. */
@Tag("sdk")
class OnDeviceSdkTest {
    static Stream<Arguments> conformance() {
        return TornadoRuntimes.devices().stream()
                .flatMap(device -> KernelCase.grid().stream().map(c -> Arguments.of(device.id(), c)));
    }

    @ParameterizedTest
    @MethodSource
    void conformance(String device, KernelCase kernelCase) {
        try (TornadoDevice opened = TornadoDevice.open(device)) {
            for (Variant variant : KernelCheck.variants(opened, kernelCase.operation())) {
                assertThat(KernelCheck.check(opened, kernelCase, variant).failure())
                        .as(variant.name())
                        .isEmpty();
            }
        }
    }

    /** {@code Math.rint} is none of TornadoVM's functions. */
    public static void kUncompilable(IntArray offsets, FloatArray a, int aSlot) {
        for (@Parallel int i = 0; i < 4; i++) {
            a.set(offsets.get(aSlot) + i, (float) Math.rint(a.get(offsets.get(aSlot) + i)));
        }
    }

    @Test
    void aKernelThatCannotBeCompiledEndsTheRunByItsName() {
        Slice slice = Slice.allocate(4);
        Node node = new Node(
                "test",
                "forward",
                "planted",
                "out",
                List.of(),
                List.of(),
                new Node.Cost(0, 0),
                "",
                0,
                l -> l.loop(Call.of(
                        "kUncompilable", OnDeviceSdkTest::kUncompilable, l.offsets(), slice.array(), l.slot(slice))));
        Buffers buffers = new Buffers(List.of(slice.array()), List.of(), List.of(), List.of(), List.of());
        try (TornadoDevice device = TornadoDevice.open("tornado")) {
            assertThatThrownBy(() -> {
                        Map<String, Program> programs =
                                device.build(List.of(Recording.of("planted", List.of(node))), buffers);
                        programs.get("planted").run();
                    })
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("kUncompilable");
        }
    }

    @Test
    void anUnknownDeviceIsRefusedWithThoseThatExist() {
        assertThatThrownBy(() -> TornadoDevice.open("tornado:9:9"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("tornado:0:0");
    }
}
