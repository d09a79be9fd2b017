package org.tornadogpt.kernels.device.tornado;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tornadogpt.kernels.cases.KernelCase;
import org.tornadogpt.kernels.cases.KernelCases;
import org.tornadogpt.kernels.check.KernelCheck;
import org.tornadogpt.kernels.device.Devices;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.kernels.graph.DeviceException;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.kernels.graph.Node;
import org.tornadogpt.kernels.graph.NodeList;
import org.tornadogpt.kernels.graph.Program;
import org.tornadogpt.kernels.graph.Workspace;
import org.tornadogpt.kernels.kernel.Call;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.kernel.WorkGroups;
import org.tornadogpt.kernels.memory.Buffers;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.kernels.ops.activation.Activation;
import org.tornadogpt.kernels.ops.activation.PointwiseActivation;
import org.tornadogpt.kernels.ops.matmul.MatMul;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** On every device that TornadoVM finds; run where TORNADOVM_HOME is set, see the {@code sdk} profile. */
@Tag("sdk")
class OnDeviceSdkTest {
    static Stream<Arguments> conformance() {
        return TornadoRuntimes.devices().stream()
                .flatMap(device -> KernelCases.grid().stream().map(c -> Arguments.of(device.id(), c)));
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

    private static Node planted(Consumer<KernelSink> emit) {
        return new Node("test", "forward", "planted", null, List.of(), List.of(), new Node.Cost(0, 0), "", 0, emit);
    }

    private static Buffers state(Slice slice) {
        return new Buffers(List.of(slice.array()), List.of(), List.of(), List.of(), List.of());
    }

    @Test
    void aKernelThatCannotBeCompiledEndsTheRunByItsName() {
        Slice slice = Slice.allocate(4);
        Node node = planted(l -> l.loop(
                Call.of("kUncompilable", OnDeviceSdkTest::kUncompilable, l.offsets(), slice.array(), l.slot(slice))));
        try (TornadoDevice device = TornadoDevice.open("tornado")) {
            assertThatThrownBy(() -> {
                        Map<String, Program> programs =
                                device.build(List.of(new NodeList("planted", List.of(node))), state(slice));
                        programs.get("planted").run();
                    })
                    .isInstanceOf(DeviceException.class)
                    .hasMessageContaining("kUncompilable");
        }
    }

    /** Three nodes, of which the second one's sums are beyond what a float holds. */
    private static Workspace overflowing(Device device) {
        Workspace workspace = new Workspace(KernelChoices.defaults(device));
        Tensor x = workspace.state("x", 3, 5);
        Tensor weight = workspace.state("weight", 7, 5);
        workspace.record("overflow", ops -> {
            Tensor same = ops.allocate("same", 3, 5);
            PointwiseActivation.forward(ops, new PointwiseActivation.Forward(same, x, Activation.RELU));
            Tensor out = ops.allocate("out", 3, 7);
            MatMul.forward(ops, new MatMul.Forward(out, same, weight, null));
            Tensor after = ops.allocate("after", 3, 7);
            PointwiseActivation.forward(ops, new PointwiseActivation.Forward(after, out, Activation.RELU));
        });
        workspace.build();
        for (Tensor tensor : List.of(x, weight)) {
            for (int i = 0; i < tensor.size(); i++) {
                tensor.slice().set(i, 3e19f);
            }
            workspace.toDevice(tensor);
        }
        return workspace;
    }

    @Test
    void theNodeWhereNumbersAreLostIsFound() {
        Optional<String> expected;
        try (Device sequential = Devices.open("sequential", 1)) {
            expected = overflowing(sequential).program("overflow").firstNonFinite();
        }
        assertThat(expected).isPresent();
        try (TornadoDevice device = TornadoDevice.open("tornado")) {
            assertThat(overflowing(device).program("overflow").firstNonFinite()).isEqualTo(expected);
        }
    }

    @Test
    void everyNodeIsTimedByTheDevice() {
        try (TornadoDevice device = TornadoDevice.open("tornado")) {
            Workspace workspace = overflowing(device);
            Program program = workspace.program("overflow");
            program.run();
            assertThat(device.proof())
                    .hasValueSatisfying(proof -> assertThat(proof).contains("3 kernels in 1 graphs"));
            for (int i = 0; i < 2; i++) {
                List<Program.Timing> timings = program.runTimed();
                assertThat(timings)
                        .extracting(Program.Timing::node)
                        .containsExactlyElementsOf(workspace.nodes("overflow").nodes());
                assertThat(timings).allMatch(t -> t.nanos() > 0 && t.nanos() < 60_000_000_000L);
            }
        }
    }

    /** Never compiled: its work-groups are refused before. */
    public static void kGroups(KernelContext context, FloatArray a) {
        a.set(context.globalIdx, 1f);
    }

    @Test
    void workGroupsThatTheDeviceCannotHoldAreRefused() {
        Slice slice = Slice.allocate(1 << 20);
        Node node = planted(l -> l.group(
                Call.of("kGroups", OnDeviceSdkTest::kGroups, new KernelContext(), slice.array()),
                WorkGroups.of(1, 1 << 20)));
        try (TornadoDevice device = TornadoDevice.open("tornado")) {
            assertThatThrownBy(() -> device.build(List.of(new NodeList("planted", List.of(node))), state(slice)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("kGroups")
                    .hasMessageContaining("choose another variant");
        }
    }

    @Test
    void theRuntimeAndItsDevicesDescribeThemselves() {
        assertThat(TornadoRuntimes.version()).matches("\\d+\\.\\d+\\.\\d+.*");
        assertThat(TornadoRuntimes.devices()).isNotEmpty().allSatisfy(device -> {
            assertThat(device.half()).isIn("yes", "no", "unknown");
            assertThat(device.maxWorkGroup()).isPositive();
            assertThat(device.driver()).isNotBlank();
        });
    }

    @Test
    void anUnknownDeviceIsRefusedWithThoseThatExist() {
        assertThatThrownBy(() -> TornadoDevice.open("tornado:9:9"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("tornado:0:0");
    }
}
