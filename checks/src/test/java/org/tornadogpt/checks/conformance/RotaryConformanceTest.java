package org.tornadogpt.checks.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tornadogpt.checks.conformance.Harness.doubles;
import static org.tornadogpt.checks.conformance.Harness.normal;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tornadogpt.checks.oracle.RotaryOracle;
import org.tornadogpt.kernels.device.jvm.CpuDevice;
import org.tornadogpt.kernels.device.jvm.SequentialDevice;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.kernels.graph.Workspace;
import org.tornadogpt.kernels.memory.IntSlice;
import org.tornadogpt.kernels.memory.IntTensor;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.kernels.ops.attention.AttentionShape;
import org.tornadogpt.kernels.ops.rotary.Rotary;

/**
 * Rotation in place: by the sequences' own positions and by given ones, there and back; values, and what lies beside,
 * stay.
 */
class RotaryConformanceTest {
    private static final float THETA = 500f;

    static Stream<Arguments> cases() {
        return Harness.cases(
                Rotary.class,
                List.of(
                        new AttentionShape(1, 1, 1, 1, 2),
                        new AttentionShape(1, 5, 1, 1, 8),
                        new AttentionShape(3, 2, 2, 2, 6),
                        new AttentionShape(2, 37, 3, 3, 10),
                        new AttentionShape(1, 67, 6, 2, 16),
                        new AttentionShape(2, 13, 4, 1, 34),
                        new AttentionShape(2, 33, 7, 7, 62),
                        new AttentionShape(1, 29, 4, 4, 64),
                        new AttentionShape(1, 19, 2, 1, 134),
                        new AttentionShape(1, 3, 70, 35, 2)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void rowsOfSequencesAreRotatedByTheirPlace(Rotary variant, AttentionShape s) {
        RotaryOracle oracle = RotaryOracle.ofSequences(s, THETA);
        float[] input = normal(1, s.rows() * s.packedWidth());
        check(variant, s, 1, s.rows(), s.T(), null, oracle, input, oracle.rotated(doubles(input)));
        check(variant, s, -1, s.rows(), s.T(), null, oracle, input, oracle.gradient(doubles(input)));
    }

    /** As many rows as positions, whatever B and T are; the table's ends among them. */
    @ParameterizedTest
    @MethodSource("cases")
    void rowsAreRotatedByThePositionsGiven(Rotary variant, AttentionShape s) {
        int rows = 2 * s.rows() + 1;
        int count = s.T() + 40;
        int[] positions = Harness.below(count, 2, rows);
        positions[0] = count - 1;
        positions[rows - 1] = 0;
        RotaryOracle oracle = new RotaryOracle(s, positions, THETA);
        float[] input = normal(3, rows * s.packedWidth());
        IntSlice given = Memory.ints(positions);
        check(variant, s, 1, rows, count, given, oracle, input, oracle.rotated(doubles(input)));
        check(variant, s, -1, rows, count, given, oracle, input, oracle.gradient(doubles(input)));
    }

    private static void check(
            Rotary variant,
            AttentionShape s,
            int direction,
            int rows,
            int count,
            IntSlice positions,
            RotaryOracle oracle,
            float[] input,
            double[] expected) {
        Memory memory = new Memory();
        Slice qkv = memory.activation(input);
        Slice table = memory.state(oracle.table(count));
        Harness.run(variant, memory, l -> variant.rotate(l, rows, s, direction, qkv, table, positions));
        float[] actual = qkv.toArray();
        Tolerance.POINTWISE.check(variant.name() + " " + direction, actual, expected);
        int rotated = (s.heads() + s.kvHeads()) * s.D();
        for (int i = 0; i < actual.length; i++) {
            if (i % s.packedWidth() >= rotated) {
                assertThat(actual[i]).as("value %d", i).isEqualTo(input[i]);
            }
        }
    }

    @Test
    void theOracleHasTheRightSlopes() {
        AttentionShape s = new AttentionShape(1, 3, 2, 1, 4);
        RotaryOracle oracle = RotaryOracle.ofSequences(s, THETA);
        double[] x = doubles(normal(4, s.rows() * s.packedWidth()));
        double[] g = doubles(normal(5, x.length));
        CentralDifferences.check("dqkv", y -> CentralDifferences.dot(oracle.rotated(y), g), x, oracle.gradient(g));
    }

    /**
     * A workspace's table, and both passes by it: positions far out, where an angle in single precision would be off by
     * 1e-4.
     */
    @Test
    void theTableIsComputedInDoublePrecision() {
        AttentionShape s = new AttentionShape(2, 1, 2, 1, 8);
        int[] positions = {131_071, 77_777};
        RotaryOracle oracle = new RotaryOracle(s, positions, 500_000);
        float[] input = normal(6, s.rows() * s.packedWidth());
        for (boolean back : new boolean[] {false, true}) {
            Workspace workspace = new Workspace(KernelChoices.defaults(new SequentialDevice()));
            Tensor qkv = workspace.state("qkv", s.rows(), s.packedWidth());
            Tensor unused = workspace.state("unused", s.rows(), s.packedWidth());
            IntTensor given = workspace.intInput("positions", s.rows());
            workspace.record("p", r -> {
                Rotary.Forward forward = new Rotary.Forward(back ? unused : qkv, s, given, 131_072, 500_000f);
                if (back) {
                    Rotary.backward(r, new Rotary.Backward(forward, qkv));
                } else {
                    Rotary.forward(r, forward);
                }
            });
            workspace.build();
            qkv.slice().copyFrom(input);
            given.copyFrom(positions);
            workspace.program("p").run();
            double[] expected = back ? oracle.gradient(doubles(input)) : oracle.rotated(doubles(input));
            Tolerance.POINTWISE.check("back " + back, qkv.slice().toArray(), expected);
        }
    }

    /** The cpu device reads memory by address. */
    @Test
    void theCpuDeviceRefusesAPositionBeyondTheTable() {
        AttentionShape s = new AttentionShape(1, 1, 1, 1, 4);
        try (Device device = new CpuDevice(1)) {
            for (int position : new int[] {8, -1}) {
                Workspace workspace = new Workspace(new KernelChoices(device, Map.of(Rotary.OPERATION, "vector")));
                Tensor qkv = workspace.state("qkv", 1, s.packedWidth());
                IntTensor given = workspace.intInput("positions", 1);
                workspace.record("p", r -> Rotary.forward(r, new Rotary.Forward(qkv, s, given, 8, THETA)));
                workspace.build();
                given.copyFrom(new int[] {position});
                assertThatThrownBy(() -> workspace.program("p").run())
                        .hasMessageContaining("row 0 has position " + position)
                        .hasMessageContaining("ends at 7");
            }
        }
    }
}
