package org.tornadogpt.kernels.vector;

import static org.tornadogpt.kernels.vector.LanesVector.broadcast;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** Elementary functions on float vectors, straight-line code without tables or calls. */
public final class MathVector {
    /** Adding this to a float below 2^22 in size leaves its nearest integer in the low bits of the sum. */
    private static final float ROUNDER = 12582912f;

    private static final float LOG2_E = 1.44269504f;
    /** ln 2 in two parts, the first exact in few bits, so that n*LN2_HIGH has no rounding error. */
    private static final float LN2_HIGH = 0.693359375f;

    private static final float LN2_LOW = -2.12194440e-4f;
    /** Below, e^x is smaller than the smallest normal float. */
    private static final float EXP_MIN = -87.3365f;

    private static final float EXP_MAX = 88.3762f;

    private MathVector() {}

    /**
     * e^x by range reduction and Cephes' polynomial (Moshier, expf). Relative error below 2 ulp (2.4e-7) on [-87.33, 88.37]; x
     * outside is taken as the nearest end, so the result never underflows to 0 or overflows; NaN stays NaN.
     */
    public static FloatVector exp(FloatVector x) {
        FloatVector clamped = x.max(broadcast(EXP_MIN)).min(broadcast(EXP_MAX));
        FloatVector shifted = clamped.fma(broadcast(LOG2_E), broadcast(ROUNDER));
        FloatVector n = shifted.sub(ROUNDER);
        FloatVector r = n.fma(broadcast(-LN2_HIGH), clamped);
        r = n.fma(broadcast(-LN2_LOW), r);
        FloatVector p = r.fma(broadcast(1.9875691500e-4f), broadcast(1.3981999507e-3f));
        p = p.fma(r, broadcast(8.3334519073e-3f));
        p = p.fma(r, broadcast(4.1665795894e-2f));
        p = p.fma(r, broadcast(1.6666665459e-1f));
        p = p.fma(r, broadcast(5.0000001201e-1f));
        p = p.fma(r.mul(r), r).add(1f);
        FloatVector power = shifted.reinterpretAsInts()
                .add(127)
                .lanewise(VectorOperators.LSHL, 23)
                .reinterpretAsFloats();
        return p.mul(power);
    }

    /**
     * The standard normal distribution function by Abramowitz and Stegun 7.1.26 (erf with absolute error 1.5e-7); absolute error
     * below 2e-7.
     *
     * @param gauss e^(-x²/2), which callers need anyway
     */
    public static FloatVector normalCdf(FloatVector x, FloatVector gauss) {
        FloatVector t = broadcast(1f).div(x.abs().fma(broadcast(0.3275911f * 0.70710678f), broadcast(1f)));
        FloatVector p = t.fma(broadcast(1.061405429f), broadcast(-1.453152027f));
        p = p.fma(t, broadcast(1.421413741f));
        p = p.fma(t, broadcast(-0.284496736f));
        p = p.fma(t, broadcast(0.254829592f));
        FloatVector upperTail = p.mul(t).mul(gauss).mul(0.5f);
        VectorMask<Float> negative = x.lt(0f);
        return broadcast(1f).sub(upperTail).blend(upperTail, negative);
    }

    /** e^(-x²/2). */
    public static FloatVector gauss(FloatVector x) {
        return exp(x.mul(x).mul(-0.5f));
    }
}
