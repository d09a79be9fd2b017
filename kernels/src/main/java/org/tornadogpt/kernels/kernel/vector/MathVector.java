package org.tornadogpt.kernels.kernel.vector;

import static org.tornadogpt.kernels.kernel.vector.LanesVector.broadcast;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** Elementary functions on float vectors, straight-line code without tables or calls. */
public final class MathVector {
    /** Adding this to a float below 2^22 in size leaves its nearest integer in the low bits of the sum. */
    private static final float ROUNDER = 12582912f;

    private static final float LOG2_E = 1.44269504f;
    /** -ln 2 in two parts, the first exact in few bits, so that n times it has no rounding error. */
    private static final float MINUS_LN2_HIGH = -0.693359375f;

    private static final float MINUS_LN2_LOW = 2.12194440e-4f;
    /** Below, e^x is smaller than the smallest normal float. */
    private static final float EXP_MIN = -87.3365f;

    private static final float EXP_7 = 1.9875691500e-4f;
    private static final float EXP_6 = 1.3981999507e-3f;
    private static final float EXP_5 = 8.3334519073e-3f;
    private static final float EXP_4 = 4.1665795894e-2f;
    private static final float EXP_3 = 1.6666665459e-1f;
    private static final float EXP_2 = 5.0000001201e-1f;
    private static final int EXPONENT_BIAS = 127;
    private static final int MANTISSA_BITS = 23;

    private static final int SQRT_HALF_BITS = Float.floatToRawIntBits(0.70710678f);
    private static final float LOG_9 = 7.0376836292e-2f;
    private static final float LOG_8 = -1.1514610310e-1f;
    private static final float LOG_7 = 1.1676998740e-1f;
    private static final float LOG_6 = -1.2420140846e-1f;
    private static final float LOG_5 = 1.4249322787e-1f;
    private static final float LOG_4 = -1.6668057665e-1f;
    private static final float LOG_3 = 2.0000714765e-1f;
    private static final float LOG_2 = -2.4999993993e-1f;
    private static final float LOG_1 = 3.3333331174e-1f;

    private MathVector() {}

    /**
     * The larger one of each lane's values; where {@code b} is NaN, {@code a}. One comparison, unlike Java's {@code
     * max}.
     */
    public static FloatVector larger(FloatVector a, FloatVector b) {
        return a.blend(b, b.compare(VectorOperators.GT, a));
    }

    /** {@code x}, but at least {@code low}; NaN stays NaN. */
    public static FloatVector atLeast(FloatVector x, float low) {
        FloatVector least = broadcast(low);
        return x.blend(least, x.compare(VectorOperators.LT, least));
    }

    /** {@code x}, but at most {@code high}; NaN stays NaN. */
    public static FloatVector atMost(FloatVector x, float high) {
        FloatVector most = broadcast(high);
        return x.blend(most, x.compare(VectorOperators.GT, most));
    }

    /**
     * e^x by range reduction and Cephes' polynomial (Moshier, expf). Relative error below 2 ulp (2.4e-7) on [-87.33,
     * 88.37]; smaller x are taken as -87.33, so the result never underflows to 0, for larger ones it is arbitrary; NaN
     * stays NaN.
     *
     * <p>Limits are compared and blended because Java's {@code min} and {@code max}, which order zeros and keep NaN,
     * are five instructions each. Constants are spread from scalars because C2 keeps these in registers: a constant
     * vector is an array of floats, which C2 reads again after each store to another array of floats, and mostly from
     * two cache lines.
     */
    public static FloatVector expUpTo88(FloatVector x) {
        FloatVector rounder = broadcast(ROUNDER);
        FloatVector clamped = atLeast(x, EXP_MIN);
        FloatVector shifted = clamped.fma(broadcast(LOG2_E), rounder);
        FloatVector n = shifted.sub(rounder);
        FloatVector r = n.fma(broadcast(MINUS_LN2_LOW), n.fma(broadcast(MINUS_LN2_HIGH), clamped));
        FloatVector square = r.mul(r);
        FloatVector p = r.fma(broadcast(EXP_7), broadcast(EXP_6));
        p = p.fma(square, r.fma(broadcast(EXP_5), broadcast(EXP_4)));
        p = p.fma(square, r.fma(broadcast(EXP_3), broadcast(EXP_2)));
        p = p.fma(square, r).add(broadcast(1f));
        IntVector power =
                shifted.reinterpretAsInts().add(broadcast(EXPONENT_BIAS)).lanewise(VectorOperators.LSHL, MANTISSA_BITS);
        return p.mul(power.reinterpretAsFloats());
    }

    /**
     * ln x by Cephes' polynomial (Moshier, logf), for positive normal numbers; absolute error below 1e-7 plus 1.2e-7
     * times the result's size. Other x give an arbitrary result.
     */
    public static FloatVector log(FloatVector x) {
        IntVector bits = x.reinterpretAsInts();
        IntVector power = bits.sub(SQRT_HALF_BITS).lanewise(VectorOperators.ASHR, MANTISSA_BITS);
        FloatVector n = (FloatVector) power.convert(VectorOperators.I2F, 0);
        FloatVector f = bits.sub(power.lanewise(VectorOperators.LSHL, MANTISSA_BITS))
                .reinterpretAsFloats()
                .sub(1f);
        FloatVector p = broadcast(LOG_9).fma(f, broadcast(LOG_8));
        p = p.fma(f, broadcast(LOG_7));
        p = p.fma(f, broadcast(LOG_6));
        p = p.fma(f, broadcast(LOG_5));
        p = p.fma(f, broadcast(LOG_4));
        p = p.fma(f, broadcast(LOG_3));
        p = p.fma(f, broadcast(LOG_2));
        p = p.fma(f, broadcast(LOG_1));
        FloatVector square = f.mul(f);
        FloatVector y = n.fma(broadcast(-MINUS_LN2_LOW), p.mul(f).mul(square));
        return n.fma(broadcast(-MINUS_LN2_HIGH), f.add(square.fma(broadcast(-0.5f), y)));
    }

    /**
     * x Φ(x), with Φ the standard normal distribution function: {@code max(x, 0) - |x| Φ(-|x|)}, the latter as a
     * rational function ({@code tools/fit/fit_gelu.py}). Absolute error below 3e-7 min(|x|, 1) plus 6e-8 times the
     * result's size; NaN stays NaN.
     */
    public static FloatVector gelu(FloatVector x) {
        FloatVector a = atMost(x.abs(), 5.5f);
        FloatVector p = a.fma(broadcast(-1.52938912e-4f), broadcast(3.81463137e-3f));
        p = p.fma(a, broadcast(-3.82456258e-2f));
        p = p.fma(a, broadcast(1.92816541e-1f));
        p = p.fma(a, broadcast(-4.89180923e-1f));
        p = p.fma(a, broadcast(5.00000179e-1f));
        FloatVector q = a.fma(broadcast(6.19079976e-4f), broadcast(-1.15579565e-3f));
        q = q.fma(a, broadcast(4.88629611e-3f));
        q = q.fma(a, broadcast(1.56329386e-2f));
        q = q.fma(a, broadcast(-1.53120039e-2f));
        q = q.fma(a, broadcast(2.41306156e-1f));
        q = q.fma(a, broadcast(-1.80448174e-1f));
        q = q.fma(a, broadcast(1f));
        return atLeast(x, 0f).sub(a.mul(p).div(q));
    }

    /**
     * Φ(x) + x φ(x), the derivative of {@link #gelu} with φ the normal density, as 1/2 plus an odd rational function
     * ({@code tools/fit/fit_gelu.py}). Absolute error below 3.2e-7; NaN stays NaN.
     */
    public static FloatVector geluDerivative(FloatVector x) {
        FloatVector near = atMost(atLeast(x, -6f), 6f);
        FloatVector u = near.mul(near);
        FloatVector p = u.fma(broadcast(1.9096376e-7f), broadcast(3.58511534e-5f));
        p = p.fma(u, broadcast(2.38490375e-5f));
        p = p.fma(u, broadcast(1.42104495e-2f));
        p = p.fma(u, broadcast(-3.07614263e-2f));
        p = p.fma(u, broadcast(7.97884643e-1f));
        FloatVector q = u.fma(broadcast(8.88974773e-6f), broadcast(1.93390923e-4f));
        q = q.fma(u, broadcast(3.52837215e-3f));
        q = q.fma(u, broadcast(4.10581492e-2f));
        q = q.fma(u, broadcast(2.94783771e-1f));
        q = q.fma(u, broadcast(1f));
        return near.fma(p.div(q), broadcast(0.5f));
    }

    /**
     * GELU's tanh form, {@code x/2 (1 + tanh(sqrt(2/π) (x + 0.044715 x³)))}, as {@link #gelu} and with the same error.
     */
    public static FloatVector geluTanh(FloatVector x) {
        FloatVector a = atMost(x.abs(), 5.1f);
        FloatVector p = a.fma(broadcast(-2.01410614e-4f), broadcast(4.76681488e-3f));
        p = p.fma(a, broadcast(-4.53049764e-2f));
        p = p.fma(a, broadcast(2.16240048e-1f));
        p = p.fma(a, broadcast(-5.18545628e-1f));
        p = p.fma(a, broadcast(5.00000179e-1f));
        FloatVector q = a.fma(broadcast(4.1296464e-4f), broadcast(-8.9016225e-4f));
        q = q.fma(a, broadcast(2.4987997e-3f));
        q = q.fma(a, broadcast(1.46275135e-2f));
        q = q.fma(a, broadcast(-3.05162035e-2f));
        q = q.fma(a, broadcast(2.41382375e-1f));
        q = q.fma(a, broadcast(-2.39184394e-1f));
        q = q.fma(a, broadcast(1f));
        return atLeast(x, 0f).sub(a.mul(p).div(q));
    }

    /** The derivative of {@link #geluTanh}, as {@link #geluDerivative} and with the same error. */
    public static FloatVector geluTanhDerivative(FloatVector x) {
        FloatVector near = atMost(atLeast(x, -5.3f), 5.3f);
        FloatVector u = near.mul(near);
        FloatVector p = u.fma(broadcast(1.00163957e-8f), broadcast(1.34240156e-6f));
        p = p.fma(u, broadcast(1.81934338e-5f));
        p = p.fma(u, broadcast(2.63443944e-4f));
        p = p.fma(u, broadcast(1.15557723e-2f));
        p = p.fma(u, broadcast(-1.70429926e-2f));
        p = p.fma(u, broadcast(7.97884464e-1f));
        FloatVector q = u.fma(broadcast(3.91659995e-7f), broadcast(8.70777421e-6f));
        q = q.fma(u, broadcast(2.03190924e-4f));
        q = q.fma(u, broadcast(3.07725603e-3f));
        q = q.fma(u, broadcast(4.28299531e-2f));
        q = q.fma(u, broadcast(3.1362161e-1f));
        q = q.fma(u, broadcast(1f));
        return near.fma(p.div(q), broadcast(0.5f));
    }

    /**
     * SiLU, {@code x s(x)} with s(x) = 1/(1 + e^-x), from e^-|x|, which never overflows. Relative error below 2.5e-7
     * from -87.33 on; below, where the exact result is smaller than 1.1e-36 in size, it is what it is at -87.33. NaN
     * stays NaN.
     */
    public static FloatVector silu(FloatVector x) {
        FloatVector a = atMost(x.abs(), -EXP_MIN);
        FloatVector e = expUpTo88(a.neg());
        FloatVector gated = a.neg().mul(e).blend(x, x.compare(VectorOperators.GE, 0f));
        return gated.div(e.add(broadcast(1f)));
    }

    /** {@code s(x) (1 + x s(-x))}, the derivative of {@link #silu}. Absolute error below 2e-7; NaN stays NaN. */
    public static FloatVector siluDerivative(FloatVector x) {
        FloatVector a = atMost(x.abs(), -EXP_MIN);
        FloatVector e = expUpTo88(a.neg());
        FloatVector one = broadcast(1f);
        FloatVector r = one.div(e.add(one));
        VectorMask<Float> positive = x.compare(VectorOperators.GE, 0f);
        FloatVector s = e.blend(one, positive).mul(r);
        FloatVector rise = a.neg().blend(a.mul(e), positive).mul(r);
        return s.fma(rise, s);
    }
}
