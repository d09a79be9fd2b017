package org.tornadogpt.checks.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tornadogpt.checks.emulator.WorkGroupEmulator.Order;
import org.tornadogpt.kernels.kernel.Call;
import org.tornadogpt.kernels.kernel.WorkGroups;
import org.tornadogpt.kernels.memory.Slice;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** The emulator must run what is right and find what is wrong. */
@Timeout(60)
class WorkGroupEmulatorTest {
    private static final int SIZE = 8;
    private static final WorkGroups FOUR_GROUPS = WorkGroups.of(4, SIZE);

    private final Slice out = Slice.allocate(4 * SIZE);

    /** Turns each group's numbers round through local memory. */
    private static void kReverse(KernelContext context, FloatArray out, int barriers) {
        float[] tile = context.allocateFloatLocalArray(SIZE);
        tile[context.localIdx] = context.globalIdx;
        if (barriers > 0) {
            context.localBarrier();
        }
        out.set(context.globalIdx, tile[SIZE - 1 - context.localIdx]);
    }

    private float[] reverse(Order order, int barriers) {
        Call call = Call.of("kReverse", WorkGroupEmulatorTest::kReverse, new KernelContext(), out.array(), barriers);
        new WorkGroupEmulator(order).run(call, FOUR_GROUPS);
        return out.toArray();
    }

    @ParameterizedTest
    @EnumSource
    void groupsShareLocalMemoryAndWaitAtBarriers(Order order) {
        assertThat(reverse(order, 1)).startsWith(7, 6, 5, 4, 3, 2, 1, 0, 15, 14).endsWith(25, 24);
    }

    @ParameterizedTest
    @EnumSource
    void aMissingBarrierShowsInEveryOrder(Order order) {
        float[] right = reverse(order, 1).clone();
        assertThat(reverse(order, 0)).isNotEqualTo(right).contains(Float.NaN);
    }

    /** Adds neighbours up in place; right only with a barrier between reading and writing. */
    private static void kShift(KernelContext context, FloatArray out, int barriers) {
        float[] tile = context.allocateFloatLocalArray(SIZE);
        int i = context.localIdx;
        tile[i] = i;
        context.localBarrier();
        float left = 0f;
        if (i > 0) {
            left = tile[i - 1];
        }
        if (barriers > 1) {
            context.localBarrier();
        }
        tile[i] = tile[i] + left;
        context.localBarrier();
        out.set(context.globalIdx, tile[i]);
    }

    private float[] shift(Order order, int barriers) {
        Call call = Call.of("kShift", WorkGroupEmulatorTest::kShift, new KernelContext(), out.array(), barriers);
        new WorkGroupEmulator(order).run(call, FOUR_GROUPS);
        return out.toArray();
    }

    @Test
    void anOverwrittenNeighbourShowsAsADifferenceBetweenOrders() {
        assertThat(shift(Order.FORWARD, 2)).isEqualTo(shift(Order.REVERSE, 2)).isEqualTo(shift(Order.SHUFFLED, 2));
        assertThat(shift(Order.FORWARD, 1)).isNotEqualTo(shift(Order.REVERSE, 1));
    }

    private static void kPlace(KernelContext context, FloatArray out, int width, int depth) {
        int at = (context.globalIdz * context.globalGroupSizeY + context.globalIdy) * width + context.globalIdx;
        boolean consistent = context.globalIdx == context.groupIdx * context.localGroupSizeX + context.localIdx
                && context.globalIdy == context.groupIdy * context.localGroupSizeY + context.localIdy
                && context.globalIdz == context.groupIdz * context.localGroupSizeZ + context.localIdz
                && context.globalGroupSizeX == width
                && context.globalGroupSizeZ == depth;
        out.set(at, out.get(at) + (consistent ? 1 : 100));
    }

    @Test
    void everyItemOfAThreeDimensionalGridRunsOnceAtItsPlace() {
        Slice counts = Slice.allocate(6 * 4 * 3);
        Call call = Call.of("kPlace", WorkGroupEmulatorTest::kPlace, new KernelContext(), counts.array(), 6, 3);
        new WorkGroupEmulator(Order.SHUFFLED).run(call, new WorkGroups(6, 4, 3, 3, 2, 1));
        assertThat(counts.toArray()).containsOnly(1f);
    }

    private static void kLeaves(KernelContext context, FloatArray out) {
        if (context.localIdx == 3) {
            return;
        }
        context.localBarrier();
        out.set(context.globalIdx, 1f);
    }

    @Test
    void anItemThatLeavesBeforeABarrierIsAFailureAndNoHang() {
        Call call = Call.of("kLeaves", WorkGroupEmulatorTest::kLeaves, new KernelContext(), out.array());
        assertThatThrownBy(() -> new WorkGroupEmulator(Order.FORWARD).run(call, FOUR_GROUPS))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("kLeaves, group (0, 0, 0)")
                .hasMessageContaining("1 of 8 items have left");
    }

    private static void kOutside(KernelContext context, FloatArray out) {
        out.set(context.globalIdx + 1, 1f);
        context.localBarrier();
    }

    @Test
    void anExceptionInAKernelNamesItsGroupAndItem() {
        Call call = Call.of("kOutside", WorkGroupEmulatorTest::kOutside, new KernelContext(), out.array());
        assertThatThrownBy(() -> new WorkGroupEmulator(Order.REVERSE).run(call, FOUR_GROUPS))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("kOutside, group (3, 0, 0): item 7 failed");
    }

    private static void kUnset(KernelContext context, FloatArray out, int rounds) {
        float[] floats = context.allocateFloatLocalArray(SIZE);
        int[] ints = context.allocateIntLocalArray(rounds);
        out.set(context.globalIdx, floats[context.localIdx] + ints[0]);
        floats[context.localIdx] = 0f;
    }

    @Test
    void localMemoryIsNotZeroInAnyGroup() {
        Call call = Call.of("kUnset", WorkGroupEmulatorTest::kUnset, new KernelContext(), out.array(), 3);
        new WorkGroupEmulator(Order.FORWARD).run(call, FOUR_GROUPS);
        float[] unset = new float[4 * SIZE];
        Arrays.fill(unset, Float.NaN);
        assertThat(out.toArray()).containsExactly(unset);
    }

    private static void kDisagree(KernelContext context, FloatArray out) {
        float[] tile = context.allocateFloatLocalArray(1 + context.localIdx);
        tile[0] = 0f;
        out.set(context.globalIdx, tile[0]);
    }

    @Test
    void itemsMustAgreeOnLocalArrays() {
        Call call = Call.of("kDisagree", WorkGroupEmulatorTest::kDisagree, new KernelContext(), out.array());
        assertThatThrownBy(() -> new WorkGroupEmulator(Order.FORWARD).run(call, FOUR_GROUPS))
                .hasMessageContaining("items disagree on local array 0");
    }

    private static void kLoop(IntArray offsets, FloatArray out) {
        out.set(offsets.get(0), 1f);
    }

    @Test
    void aKernelWithoutAContextIsRefused() {
        Call call = Call.of("kLoop", WorkGroupEmulatorTest::kLoop, new IntArray(1), out.array());
        assertThatThrownBy(() -> new WorkGroupEmulator(Order.FORWARD).run(call, FOUR_GROUPS))
                .hasMessageContaining("kLoop is launched with work-groups, but its first argument is no KernelContext");
    }
}
