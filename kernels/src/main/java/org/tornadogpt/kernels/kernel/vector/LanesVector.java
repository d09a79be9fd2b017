package org.tornadogpt.kernels.kernel.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vector width of all Vector API variants: what the machine prefers, or the system property {@value #BITS_PROPERTY}
 * (128, 256 or 512) so that other machines' widths can be tested anywhere.
 */
public final class LanesVector {
    /** Names the system property that forces a width. */
    public static final String BITS_PROPERTY = "tornadogpt.vector.bits";

    private static final VectorShape SHAPE = shape();

    /** Float vectors. */
    public static final VectorSpecies<Float> F = VectorSpecies.of(float.class, SHAPE);

    /** Int vectors with as many lanes as {@link #F}. */
    public static final VectorSpecies<Integer> I = VectorSpecies.of(int.class, SHAPE);

    /** Long vectors, with half as many lanes. */
    public static final VectorSpecies<Long> L = VectorSpecies.of(long.class, SHAPE);

    /** Short vectors with as many lanes as {@link #F}, half as wide. */
    public static final VectorSpecies<Short> S =
            VectorSpecies.of(short.class, VectorShape.forBitSize(SHAPE.vectorBitSize() / 2));

    /** Floats in a vector. */
    public static final int LANES = F.length();

    private static final VectorShuffle<Float> BY_8 = rotation(8);
    private static final VectorShuffle<Float> BY_4 = rotation(4);
    private static final VectorShuffle<Float> BY_2 = rotation(2);
    private static final VectorShuffle<Float> BY_1 = rotation(1);

    private LanesVector() {}

    private static VectorShuffle<Float> rotation(int lanes) {
        return VectorShuffle.iota(F, lanes, 1, true);
    }

    private static VectorShape shape() {
        Integer bits = Integer.getInteger(BITS_PROPERTY);
        return bits == null ? VectorShape.preferredShape() : VectorShape.forBitSize(bits);
    }

    /** The largest multiple of {@link #LANES} that is at most {@code n}. */
    public static int wholeVectors(int n) {
        return n - n % LANES;
    }

    /** Lanes 0 to {@code n}, exclusive. */
    public static VectorMask<Float> first(int n) {
        return F.indexInRange(0, n);
    }

    /**
     * The sum of all lanes, always by the same tree. {@code reduceLanes(ADD)} leaves the order of float additions open,
     * and interpreted and compiled code do differ.
     */
    public static float sum(FloatVector values) {
        FloatVector sum = values;
        if (LANES > 8) {
            sum = sum.add(sum.rearrange(BY_8));
        }
        if (LANES > 4) {
            sum = sum.add(sum.rearrange(BY_4));
        }
        sum = sum.add(sum.rearrange(BY_2));
        sum = sum.add(sum.rearrange(BY_1));
        return sum.lane(0);
    }

    /** {@code value} in every lane. */
    public static FloatVector broadcast(float value) {
        return FloatVector.broadcast(F, value);
    }

    /** {@code value} in every lane. */
    public static IntVector broadcast(int value) {
        return IntVector.broadcast(I, value);
    }

    /** {@code value} in every lane. */
    public static LongVector broadcast(long value) {
        return LongVector.broadcast(L, value);
    }

    /** Adds {@code n} floats of {@code x} from {@code xAt} on to those of {@code sum} from {@code sumAt} on. */
    public static void add(float[] sum, int sumAt, float[] x, int xAt, int n) {
        int whole = wholeVectors(n);
        for (int i = 0; i < whole; i += LANES) {
            FloatVector.fromArray(F, sum, sumAt + i)
                    .add(FloatVector.fromArray(F, x, xAt + i))
                    .intoArray(sum, sumAt + i);
        }
        for (int i = whole; i < n; i++) {
            sum[sumAt + i] += x[xAt + i];
        }
    }
}
