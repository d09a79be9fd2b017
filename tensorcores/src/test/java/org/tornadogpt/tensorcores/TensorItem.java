package org.tornadogpt.tensorcores;

import java.util.Arrays;
import org.tornadogpt.checks.emulator.EmulatedItem;
import org.tornadogpt.kernels.kernel.WorkGroups;
import uk.ac.manchester.tornado.api.enums.MMAShape;
import uk.ac.manchester.tornado.api.types.HalfFloat;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * A work-item with its warp's tensor cores: {@code ldmatrix} from local memory as TornadoVM's CUDA back end emits it,
 * {@code mma.m16n8k16} on bfloat16 with float32 sums, and the store of its results (PTX ISA 8.5, sections 9.7.14.5.8 and
 * 9.7.14.5.15). A lane's part of a fragment is what it would hold in registers, so a wrong layout gives wrong results.
 *
 * <p>What a warp does together needs no waiting here. A lane's load reads local memory at once: lanes must give the same
 * address, so it knows the rows of the others. A product and a store are done when the last lane of the warp comes to
 * them; until then the results of a product are NaN. That lanes do the same in the same order is checked, at each call
 * and at barriers.
 */
class TensorItem extends EmulatedItem {
    private static final int LANES = 32;

    /** Bytes from row to row of a block of the first operand, and of the second. */
    private static final int A_STRIDE = 32;

    private static final int B_STRIDE = 16;

    private final Object warpKey;
    private final int lane;

    TensorItem(WorkGroups groups, int number) {
        super(groups, number);
        if (groups.localX() % LANES != 0) {
            throw new IllegalStateException(
                    "a warp is 32 neighbouring items along x, and groups are " + groups.shape());
        }
        warpKey = "warp " + number / LANES;
        lane = number % LANES;
    }

    private Warp warp() {
        return ofGroup(warpKey, Warp.class, () -> new Warp((String) warpKey));
    }

    private Warp.Step step(String what) {
        return warp().step(lane, what);
    }

    @Override
    public void localBarrier() {
        step("localBarrier");
        super.localBarrier();
    }

    @Override
    public float[] mmaFragment(float value) {
        float[] fragment = new float[4];
        Arrays.fill(fragment, value);
        return fragment;
    }

    @Override
    public HalfFloat[] mmaLoadA(int[] tile, int depth) {
        return mmaLoadA(tile, depth, 0);
    }

    /** Four matrices of 8 x 8: rows 0 to 7 and 8 to 15, then the same of the last 8 terms. */
    @Override
    public HalfFloat[] mmaLoadA(int[] tile, int depth, int byteOffset) {
        step("mmaLoadA " + depth + " at " + byteOffset);
        checkDepth(depth);
        HalfFloat[] fragment = new HalfFloat[8];
        for (int matrix = 0; matrix < 4; matrix++) {
            int row = (matrix & 1) * 8 + lane / 4;
            int at = address(tile, byteOffset + row * A_STRIDE + (matrix >> 1) * 16);
            for (int k = 0; k < 2; k++) {
                fragment[2 * matrix + k] = half(tile, at, lane % 4 * 2 + k);
            }
        }
        return fragment;
    }

    @Override
    public HalfFloat[] mmaLoadB(int[] tile, int depth) {
        return mmaLoadB(tile, depth, 0);
    }

    /** Two matrices of 8 terms by 8 columns, transposed. */
    @Override
    public HalfFloat[] mmaLoadB(int[] tile, int depth, int byteOffset) {
        step("mmaLoadB " + depth + " at " + byteOffset);
        checkDepth(depth);
        HalfFloat[] fragment = new HalfFloat[4];
        for (int matrix = 0; matrix < 2; matrix++) {
            for (int k = 0; k < 2; k++) {
                int term = lane % 4 * 2 + k;
                int at = address(tile, byteOffset + matrix * 128 + term * B_STRIDE);
                fragment[2 * matrix + k] = half(tile, at, lane / 4);
            }
        }
        return fragment;
    }

    private static void checkDepth(int depth) {
        if (depth != 16) {
            throw new IllegalStateException("fragments of 16-bit floats have 16 terms, not " + depth);
        }
    }

    private static int address(int[] tile, int at) {
        if (at % 16 != 0) {
            throw new IllegalStateException("ldmatrix reads rows at multiples of 16 bytes, not at byte " + at);
        }
        if (at < 0 || at + 16 > 4 * tile.length) {
            throw new IllegalStateException(
                    "ldmatrix reads 16 bytes at " + at + " of a local array of " + 4 * tile.length);
        }
        return at;
    }

    private static HalfFloat half(int[] tile, int at, int number) {
        int pair = tile[at / 4 + number / 2];
        return new HalfFloat((short) (pair >> (16 * (number % 2))));
    }

    @Override
    public float[] mmaBF16(HalfFloat[] a, HalfFloat[] b, float[] c, MMAShape shape) {
        if (shape != MMAShape.M16N8K16) {
            throw new IllegalStateException("bfloat16 is multiplied as m16n8k16, not " + shape);
        }
        Warp.Step step = step("mmaBF16");
        float[] d = new float[4];
        Arrays.fill(d, Float.NaN);
        step.put(lane, a.clone(), b.clone(), c, d);
        if (step.isWhole()) {
            step.multiply();
        }
        return d;
    }

    @Override
    public void mmaStore(float[] d, FloatArray out, int row, int column, int line) {
        Warp.Step step = step("mmaStore at " + row + ", " + column + " of " + line);
        step.put(lane, null, null, null, d);
        if (step.isWhole()) {
            step.store(out, row, column, line);
        }
    }

    @Override
    public float[] mma(HalfFloat[] a, HalfFloat[] b, float[] c, MMAShape shape) {
        throw new IllegalStateException("mma of fp16 is not emulated");
    }
}
