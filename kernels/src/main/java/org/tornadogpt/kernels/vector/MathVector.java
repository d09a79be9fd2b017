package org.tornadogpt.kernels.vector;

import static org.tornadogpt.kernels.vector.LanesVector.broadcast;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** Elementary functions on float vectors, straight-line code without tables or calls. */
public final class MathVector {
    /** Adding this to a float below 2^22 in size leaves its nearest integer in the low bits of the sum. */
    private static final FloatVector ROUNDER = broadcast(12582912f);

    private static final FloatVector LOG2_E = broadcast(1.44269504f);
    /** -ln 2 in two parts, the first exact in few bits, so that n times it has no rounding error. */
    private static final FloatVector MINUS_LN2_HIGH = broadcast(-0.693359375f);

    private static final FloatVector MINUS_LN2_LOW = broadcast(2.12194440e-4f);
    /** Below, e^x is smaller than the smallest normal float. */
    private static final FloatVector EXP_MIN = broadcast(-87.3365f);

    private static final FloatVector EXP_MAX = broadcast(88.3762f);
    private static final FloatVector EXP_7 = broadcast(1.9875691500e-4f);
    private static final FloatVector EXP_6 = broadcast(1.3981999507e-3f);
    private static final FloatVector EXP_5 = broadcast(8.3334519073e-3f);
    private static final FloatVector EXP_4 = broadcast(4.1665795894e-2f);
    private static final FloatVector EXP_3 = broadcast(1.6666665459e-1f);
    private static final FloatVector EXP_2 = broadcast(5.0000001201e-1f);
    private static final IntVector EXPONENT_BIAS = broadcast(127);
    private static final int MANTISSA_BITS = 23;
    private static final FloatVector ONE = broadcast(1f);

    private static final FloatVector ERF_P = broadcast(0.3275911f * 0.70710678f);
    private static final FloatVector ERF_5 = broadcast(1.061405429f);
    private static final FloatVector ERF_4 = broadcast(-1.453152027f);
    private static final FloatVector ERF_3 = broadcast(1.421413741f);
    private static final FloatVector ERF_2 = broadcast(-0.284496736f);
    private static final FloatVector ERF_1 = broadcast(0.254829592f);

    private MathVector() {}

    /**
     * e^x by range reduction and Cephes' polynomial (Moshier, expf). Relative error below 2 ulp (2.4e-7) on [-87.33, 88.37]; x
     * outside is taken as the nearest end, so the result never underflows to 0 or overflows; NaN stays NaN.
     *
     * <p>The constants are vectors, not scalars to be spread, to keep this small: C2 stops inlining in methods that have grown to
     * 18,000 nodes, a spread costs hundreds, and a vector that leaves inlined code is allocated.
     */
    public static FloatVector exp(FloatVector x) {
        FloatVector clamped = x.max(EXP_MIN).min(EXP_MAX);
        FloatVector shifted = clamped.fma(LOG2_E, ROUNDER);
        FloatVector n = shifted.sub(ROUNDER);
        FloatVector r = n.fma(MINUS_LN2_LOW, n.fma(MINUS_LN2_HIGH, clamped));
        FloatVector p = r.fma(EXP_7, EXP_6);
        p = p.fma(r, EXP_5);
        p = p.fma(r, EXP_4);
        p = p.fma(r, EXP_3);
        p = p.fma(r, EXP_2);
        p = p.fma(r.mul(r), r).add(ONE);
        IntVector power = shifted.reinterpretAsInts().add(EXPONENT_BIAS).lanewise(VectorOperators.LSHL, MANTISSA_BITS);
        return p.mul(power.reinterpretAsFloats());
    }

    /**
     * The standard normal distribution function by Abramowitz and Stegun 7.1.26 (erf with absolute error 1.5e-7); absolute error
     * below 2e-7.
     *
     * @param gauss e^(-x²/2), which callers need anyway
     */
    public static FloatVector normalCdf(FloatVector x, FloatVector gauss) {
        FloatVector t = ONE.div(x.abs().fma(ERF_P, ONE));
        FloatVector p = t.fma(ERF_5, ERF_4);
        p = p.fma(t, ERF_3);
        p = p.fma(t, ERF_2);
        p = p.fma(t, ERF_1);
        FloatVector upperTail = p.mul(t).mul(gauss).mul(0.5f);
        return ONE.sub(upperTail).blend(upperTail, x.lt(0f));
    }

    /** e^(-x²/2). */
    public static FloatVector gauss(FloatVector x) {
        return exp(x.mul(x).mul(-0.5f));
    }
}
