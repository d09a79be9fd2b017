package org.tornadogpt.tensorcores;

import java.util.ArrayList;
import java.util.List;
import org.tornadogpt.kernels.memory.DType;
import uk.ac.manchester.tornado.api.types.HalfFloat;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** What the 32 items of a warp do together, in the order in which they do it. */
final class Warp {
    private static final int LANES = 32;

    private final String name;
    private final List<Step> steps = new ArrayList<>();
    private final int[] calls = new int[LANES];

    Warp(String name) {
        this.name = name;
    }

    /**
     * A lane's next call.
     *
     * @param what the call and what all lanes must give alike
     */
    Step step(int lane, String what) {
        int index = calls[lane]++;
        if (index == steps.size()) {
            steps.add(new Step(what));
        }
        Step step = steps.get(index);
        if (!step.what.equals(what)) {
            throw new IllegalStateException(name + " diverges: one lane calls " + step.what + ", another " + what);
        }
        step.arrived++;
        if (step.isWhole()) {
            steps.set(index, step.done());
        }
        return step;
    }

    /** One call of all lanes: each puts its registers here. */
    static final class Step {
        private final String what;
        private HalfFloat[][] a = new HalfFloat[LANES][];
        private HalfFloat[][] b = new HalfFloat[LANES][];
        private float[][] c = new float[LANES][];
        private float[][] d = new float[LANES][];
        private int arrived;

        Step(String what) {
            this.what = what;
        }

        /** What is left of a call that is over. */
        private Step done() {
            Step over = new Step(what);
            over.a = null;
            over.b = null;
            over.c = null;
            over.d = null;
            over.arrived = arrived;
            return over;
        }

        boolean isWhole() {
            return arrived == LANES;
        }

        void put(int lane, HalfFloat[] first, HalfFloat[] second, float[] sums, float[] results) {
            a[lane] = first;
            b[lane] = second;
            c[lane] = sums;
            d[lane] = results;
        }

        /** m16n8k16: lane l has rows l/4 and l/4 + 8 of the sums, columns 2 (l mod 4) and the next. */
        void multiply() {
            for (int lane = 0; lane < LANES; lane++) {
                for (int r = 0; r < 4; r++) {
                    int row = lane / 4 + r / 2 * 8;
                    int column = lane % 4 * 2 + r % 2;
                    float sum = c[lane][r];
                    for (int k = 0; k < 16; k++) {
                        sum += first(row, k) * second(k, column);
                    }
                    d[lane][r] = sum;
                }
            }
        }

        /** Row and term of the 16 x 16 first operand: 8 x 8 matrices by columns, two terms a register. */
        private float first(int row, int k) {
            return value(a[row % 8 * 4 + k % 8 / 2][k / 8 * 4 + row / 8 * 2 + k % 2]);
        }

        /** Term and column of the 16 x 8 second operand. */
        private float second(int k, int column) {
            return value(b[column * 4 + k % 8 / 2][k / 8 * 2 + k % 2]);
        }

        private static float value(HalfFloat bits) {
            return DType.float32(bits.getHalfFloatValue());
        }

        void store(FloatArray out, int row, int column, int line) {
            for (int lane = 0; lane < LANES; lane++) {
                for (int r = 0; r < 4; r++) {
                    int i = row + lane / 4 + r / 2 * 8;
                    int j = column + lane % 4 * 2 + r % 2;
                    out.set(i * line + j, d[lane][r]);
                }
            }
        }
    }
}
