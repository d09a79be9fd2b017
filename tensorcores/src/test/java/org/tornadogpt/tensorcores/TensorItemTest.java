package org.tornadogpt.tensorcores;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tornadogpt.checks.emulator.WorkGroupEmulator;
import org.tornadogpt.checks.emulator.WorkGroupEmulator.Order;
import org.tornadogpt.kernels.kernel.Call;
import org.tornadogpt.kernels.kernel.WorkGroups;
import org.tornadogpt.kernels.memory.DType;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.enums.MMAShape;
import uk.ac.manchester.tornado.api.types.HalfFloat;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** The emulated tensor cores do what PTX's manual says of lanes and registers. */
class TensorItemTest {
    private static final WorkGroups ONE_WARP = new WorkGroups(32, 1, 1, 32, 1, 1);

    /** What each lane was given. */
    static final class Seen {
        private final List<short[]> ofLanes = new ArrayList<>(Collections.nCopies(32, null));

        private void put(int lane, HalfFloat[] fragment) {
            short[] bits = new short[fragment.length];
            for (int i = 0; i < bits.length; i++) {
                bits[i] = fragment[i].getHalfFloatValue();
            }
            ofLanes.set(lane, bits);
        }
    }

    private static void run(Call call) {
        new WorkGroupEmulator(Order.SHUFFLED, TensorItem::new).run(call, ONE_WARP);
    }

    /** Two neighbours of a row in an int. */
    private static void fill(int[] tile, int rows, int columns) {
        for (int row = 0; row < rows; row++) {
            for (int pair = 0; pair < columns / 2; pair++) {
                tile[row * columns / 2 + pair] = code(row, 2 * pair) | code(row, 2 * pair + 1) << 16;
            }
        }
    }

    private static int code(int row, int column) {
        return row * 100 + column;
    }

    static void kLoadA(KernelContext context, Seen seen) {
        int[] tile = context.allocateIntLocalArray(128);
        fill(tile, 16, 16);
        seen.put(context.localIdx, context.mmaLoadA(tile, 16, 0));
    }

    /** PTX ISA, figure of A of m16n8k16: a0 a1 at (l/4, 2(l%4)), a2 a3 eight rows below, a4 to a7 eight columns on. */
    @Test
    void aLaneHasItsElementsOfTheFirstOperand() {
        Seen seen = new Seen();
        run(Call.of("kLoadA", TensorItemTest::kLoadA, new KernelContext(), seen));
        assertThat(seen.ofLanes.get(0))
                .containsExactly(
                        (short) 0, (short) 1, (short) 800, (short) 801, (short) 8, (short) 9, (short) 808, (short) 809);
        assertThat(seen.ofLanes.get(29))
                .containsExactly(
                        (short) 702,
                        (short) 703,
                        (short) 1502,
                        (short) 1503,
                        (short) 710,
                        (short) 711,
                        (short) 1510,
                        (short) 1511);
    }

    static void kLoadB(KernelContext context, Seen seen) {
        int[] tile = context.allocateIntLocalArray(64);
        fill(tile, 16, 8);
        seen.put(context.localIdx, context.mmaLoadB(tile, 16, 0));
    }

    /** PTX ISA, figure of B of m16n8k16: b0 b1 at terms 2(l%4) and the next of column l/4, b2 b3 eight terms on. */
    @Test
    void aLaneHasItsElementsOfTheSecondOperand() {
        Seen seen = new Seen();
        run(Call.of("kLoadB", TensorItemTest::kLoadB, new KernelContext(), seen));
        assertThat(seen.ofLanes.get(0)).containsExactly((short) 0, (short) 100, (short) 800, (short) 900);
        assertThat(seen.ofLanes.get(29)).containsExactly((short) 207, (short) 307, (short) 1007, (short) 1107);
    }

    static void kStore(KernelContext context, FloatArray out) {
        HalfFloat one = new HalfFloat(DType.bf16(1f));
        HalfFloat[] a = new HalfFloat[8];
        HalfFloat[] b = new HalfFloat[4];
        Arrays.fill(a, one);
        Arrays.fill(b, one);
        float[] c = context.mmaFragment(context.localIdx);
        context.mmaStore(context.mmaBF16(a, b, c, MMAShape.M16N8K16), out, 0, 0, 8);
    }

    /** PTX ISA, figure of C and D: c0 c1 at (l/4, 2(l%4)), c2 c3 eight rows below. */
    @Test
    void aLaneHasItsElementsOfTheSums() {
        FloatArray out = new FloatArray(128);
        run(Call.of("kStore", TensorItemTest::kStore, new KernelContext(), out));
        for (int row = 0; row < 16; row++) {
            for (int column = 0; column < 8; column++) {
                assertThat(out.get(row * 8 + column)).isEqualTo((float) (16 + row % 8 * 4 + column / 2));
            }
        }
    }

    static void kAt(KernelContext context, int byteOffset) {
        context.mmaLoadA(context.allocateIntLocalArray(128), 16, byteOffset);
    }

    @Test
    void placesThatLdmatrixDoesNotTakeAreRefused() {
        assertThatThrownBy(() -> run(Call.of("kAt", TensorItemTest::kAt, new KernelContext(), 8)))
                .hasMessageContaining("multiples of 16 bytes");
        assertThatThrownBy(() -> run(Call.of("kAt", TensorItemTest::kAt, new KernelContext(), 16)))
                .hasMessageContaining("of a local array of 512");
    }
}
