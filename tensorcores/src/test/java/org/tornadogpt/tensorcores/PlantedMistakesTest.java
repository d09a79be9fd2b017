package org.tornadogpt.tensorcores;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tornadogpt.checks.emulator.EmulatedGroupDevice;
import org.tornadogpt.checks.emulator.EmulatedItem;
import org.tornadogpt.checks.emulator.WorkGroupEmulator.Order;
import org.tornadogpt.kernels.kernel.WorkGroups;
import org.tornadogpt.kernels.ops.matmul.MatMul.Shape;
import uk.ac.manchester.tornado.api.enums.MMAShape;
import uk.ac.manchester.tornado.api.types.HalfFloat;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** Mistakes that a kernel for tensor cores may have are found. They are planted between the kernel and its item. */
class PlantedMistakesTest {
    private static final Shape SHAPE = new Shape(131, 67, 37);

    /** What a mistake makes of an item. */
    record Mistake(String name, EmulatedItem.Maker maker) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Mistake> mistakes() {
        return List.of(
                new Mistake("no barrier", NoBarrier::new),
                new Mistake("no barriers behind the first", NoBarrierInTheLoop::new),
                new Mistake("the second operand is not transposed", NotTransposed::new),
                new Mistake("blocks of the first operand by rows", BlocksByRows::new),
                new Mistake("the neighbour's columns", NextColumns::new),
                new Mistake("the sum begins anew at each step", ForgottenSum::new),
                new Mistake("rows 8 to 15 first", RowsSwapped::new));
    }

    @Test
    void withoutAMistakeNothingIsFound() {
        assertThat(worst(TensorItem::new)).isLessThanOrEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void isFound(Mistake mistake) {
        assertThat(worst(mistake.maker)).isGreaterThan(1);
    }

    @Test
    void lanesThatDisagreeAreFound() {
        assertThatThrownBy(() -> worst(Diverging::new)).hasMessageContaining("warp 0 diverges");
    }

    @Test
    void groupsWithoutWholeWarpsAreRefused() {
        assertThatThrownBy(() -> new TensorItem(new WorkGroups(16, 16, 1, 16, 16, 1), 0))
                .hasMessageContaining("a warp is 32 neighbouring items along x");
    }

    /** The worst product's error in the orders of items, by what it may be. */
    private static double worst(EmulatedItem.Maker maker) {
        double worst = 0;
        for (Order order : Order.values()) {
            try (EmulatedGroupDevice device = Emulators.one(order, maker)) {
                Layer layer = new Layer(SHAPE, device);
                for (Layer.Off error : List.of(layer.forward(), layer.backwardInput(), layer.backwardWeight())) {
                    worst = Math.max(worst, error.ofRounding());
                }
            }
        }
        return worst;
    }

    private static class NoBarrier extends TensorItem {
        NoBarrier(WorkGroups groups, int number) {
            super(groups, number);
        }

        @Override
        public void localBarrier() {
            // forgotten
        }
    }

    private static final class NoBarrierInTheLoop extends TensorItem {
        private int barriers;

        NoBarrierInTheLoop(WorkGroups groups, int number) {
            super(groups, number);
        }

        @Override
        public int[] allocateIntLocalArray(int size) {
            barriers = 0;
            return super.allocateIntLocalArray(size);
        }

        @Override
        public void localBarrier() {
            if (barriers++ == 0) {
                super.localBarrier();
            }
        }
    }

    private static final class NotTransposed extends TensorItem {
        NotTransposed(WorkGroups groups, int number) {
            super(groups, number);
        }

        @Override
        public HalfFloat[] mmaLoadB(int[] tile, int depth, int byteOffset) {
            HalfFloat[] fragment = super.mmaLoadB(tile, depth, byteOffset);
            int lane = number() % 32;
            for (int matrix = 0; matrix < 2; matrix++) {
                for (int n = 0; n < 2; n++) {
                    int at = byteOffset / 4 + matrix * 32 + lane / 4 * 4 + lane % 4;
                    fragment[2 * matrix + n] = new HalfFloat((short) (tile[at] >> (16 * n)));
                }
            }
            return fragment;
        }
    }

    private static final class BlocksByRows extends TensorItem {
        BlocksByRows(WorkGroups groups, int number) {
            super(groups, number);
        }

        @Override
        public HalfFloat[] mmaLoadA(int[] tile, int depth, int byteOffset) {
            HalfFloat[] f = super.mmaLoadA(tile, depth, byteOffset);
            return new HalfFloat[] {f[0], f[1], f[4], f[5], f[2], f[3], f[6], f[7]};
        }
    }

    private static final class NextColumns extends TensorItem {
        NextColumns(WorkGroups groups, int number) {
            super(groups, number);
        }

        @Override
        public HalfFloat[] mmaLoadB(int[] tile, int depth, int byteOffset) {
            return super.mmaLoadB(tile, depth, byteOffset ^ 256);
        }
    }

    private static final class ForgottenSum extends TensorItem {
        ForgottenSum(WorkGroups groups, int number) {
            super(groups, number);
        }

        @Override
        public float[] mmaBF16(HalfFloat[] a, HalfFloat[] b, float[] c, MMAShape shape) {
            return super.mmaBF16(a, b, new float[4], shape);
        }
    }

    private static final class RowsSwapped extends TensorItem {
        RowsSwapped(WorkGroups groups, int number) {
            super(groups, number);
        }

        @Override
        public void mmaStore(float[] d, FloatArray out, int row, int column, int line) {
            super.mmaStore(d, out, row ^ 16, column, line);
        }
    }

    private static final class Diverging extends TensorItem {
        Diverging(WorkGroups groups, int number) {
            super(groups, number);
        }

        @Override
        public HalfFloat[] mmaLoadA(int[] tile, int depth, int byteOffset) {
            return super.mmaLoadA(tile, depth, byteOffset + (number() == 3 ? 512 : 0));
        }
    }
}
