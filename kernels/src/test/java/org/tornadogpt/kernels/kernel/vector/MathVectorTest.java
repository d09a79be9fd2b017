package org.tornadogpt.kernels.kernel.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tornadogpt.kernels.kernel.vector.LanesVector.F;
import static org.tornadogpt.kernels.kernel.vector.LanesVector.LANES;

import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import jdk.incubator.vector.FloatVector;
import org.apache.commons.math3.special.Erf;
import org.junit.jupiter.api.Test;

/**
 * The error bounds that {@link MathVector} states, over all floats of a range that lie a prime number of bit patterns
 * apart.
 */
class MathVectorTest {
    private static final int APART = 1009;
    private static final double SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);
    private static final double CUBIC = 0.044715;

    @Test
    void expIsWithinItsRelativeErrorUpToTheEndsOfItsRange() {
        assertThat(worst(MathVector::expUpTo88, Math::exp, 0f, 88.37f, 0)).isLessThan(2.4e-7);
        assertThat(worst(MathVector::expUpTo88, Math::exp, -0f, -87.33f, 0)).isLessThan(2.4e-7);
    }

    @Test
    void expStaysPositiveBelowItsRangeAndKeepsNaN() {
        for (float x : new float[] {-87.34f, -1e3f, -Float.MAX_VALUE, Float.NEGATIVE_INFINITY}) {
            assertThat(lane0(MathVector::expUpTo88, x)).isBetween(Float.MIN_NORMAL, 1.2e-38f);
        }
        for (int bits : new int[] {0x7fc00000, 0xffc00000, 0x7fffffff, 0x7f800001}) {
            assertThat(lane0(MathVector::expUpTo88, Float.intBitsToFloat(bits))).isNaN();
        }
    }

    @Test
    void logIsWithinItsErrorForAllNormalNumbers() {
        double worst = worst(MathVector::log, Math::log, Float.MIN_NORMAL, Float.MAX_VALUE, 1e-7 / 1.2e-7);
        assertThat(worst).isLessThan(1.2e-7);
        assertThat(lane0(MathVector::log, 1f)).isZero();
    }

    @Test
    void geluIsWithinItsErrorAndKeepsNaN() {
        checkGelu(MathVector::gelu, MathVectorTest::normalCdf);
        checkGelu(MathVector::geluTanh, MathVectorTest::tanhForm);
    }

    /** Up to 1 by the quotient of gelu and x, whose error must not grow towards 0. */
    private static void checkGelu(UnaryOperator<FloatVector> gelu, DoubleUnaryOperator share) {
        for (float sign : new float[] {1f, -1f}) {
            UnaryOperator<FloatVector> overX = x -> gelu.apply(x).div(x);
            assertThat(worst(overX, share, sign * 0x1p-40f, sign, 2.5)).isLessThan(1.2e-7);
            assertThat(worst(gelu, x -> share.applyAsDouble(x) * x, sign, sign * 0x1p40f, 5))
                    .isLessThan(6e-8);
        }
        assertThat(lane0(gelu, Float.NaN)).isNaN();
        assertThat(lane0(gelu, Float.NEGATIVE_INFINITY)).isBetween(-3e-7f, 3e-7f);
        assertThat(lane0(gelu, Float.POSITIVE_INFINITY)).isEqualTo(Float.POSITIVE_INFINITY);
    }

    @Test
    void geluDerivativeIsWithinItsErrorAndKeepsNaN() {
        checkDerivative(
                MathVector::geluDerivative,
                3.2e-7f,
                x -> normalCdf(x) + x * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI));
        DoubleUnaryOperator slope = x -> SQRT_2_OVER_PI * (1 + 3 * CUBIC * x * x);
        checkDerivative(
                MathVector::geluTanhDerivative,
                3.2e-7f,
                x -> tanhForm(x) + (Math.abs(x) > 9 ? 0 : 2 * x * tanhForm(x) * tanhForm(-x) * slope.applyAsDouble(x)));
    }

    private static void checkDerivative(UnaryOperator<FloatVector> derivative, float bound, DoubleUnaryOperator exact) {
        double large = 1e6;
        for (float sign : new float[] {1f, -1f}) {
            double overLarge = worst(derivative, exact, sign * 0x1p-40f, sign * 0x1p40f, large);
            assertThat(overLarge * large).isLessThan(bound);
        }
        assertThat(lane0(derivative, Float.NaN)).isNaN();
        assertThat(lane0(derivative, Float.NEGATIVE_INFINITY)).isBetween(-bound, bound);
        assertThat(lane0(derivative, Float.POSITIVE_INFINITY)).isBetween(1 - bound, 1 + bound);
    }

    @Test
    void siluIsWithinItsErrorAndKeepsNaN() {
        DoubleUnaryOperator exact = x -> x / (1 + Math.exp(-x));
        assertThat(worst(MathVector::silu, exact, 0x1p-100f, 0x1p127f, 0)).isLessThan(2.5e-7);
        assertThat(worst(MathVector::silu, exact, -0x1p-100f, -87.33f, 0)).isLessThan(2.5e-7);
        for (float x : new float[] {-87.4f, -200f, -1e30f, -Float.MAX_VALUE, Float.NEGATIVE_INFINITY}) {
            assertThat(lane0(MathVector::silu, x)).isBetween(-1.1e-36f, 0f);
        }
        assertThat(lane0(MathVector::silu, Float.NaN)).isNaN();
        assertThat(lane0(MathVector::silu, Float.POSITIVE_INFINITY)).isEqualTo(Float.POSITIVE_INFINITY);
    }

    @Test
    void siluDerivativeIsWithinItsErrorAndKeepsNaN() {
        checkDerivative(MathVector::siluDerivative, 2e-7f, x -> {
            double s = 1 / (1 + Math.exp(-x));
            return s + x * s / (1 + Math.exp(x));
        });
    }

    private static double tanhForm(double x) {
        return 1 / (1 + Math.exp(-2 * SQRT_2_OVER_PI * (x + CUBIC * x * x * x)));
    }

    private static double normalCdf(double x) {
        return Erf.erfc(-x / Math.sqrt(2)) / 2;
    }

    @Test
    void limitsHoldAndKeepNaN() {
        assertThat(lane0(Functions::atLeast1, -3f)).isEqualTo(1f);
        assertThat(lane0(Functions::atLeast1, 3f)).isEqualTo(3f);
        assertThat(lane0(Functions::atLeast1, Float.NaN)).isNaN();
        assertThat(lane0(Functions::atMost1, -3f)).isEqualTo(-3f);
        assertThat(lane0(Functions::atMost1, 3f)).isEqualTo(1f);
        assertThat(lane0(Functions::atMost1, Float.NaN)).isNaN();
    }

    @Test
    void largerPassesOverNaN() {
        assertThat(lane0(Functions::largerThan1, 3f)).isEqualTo(3f);
        assertThat(lane0(Functions::largerThan1, -3f)).isEqualTo(1f);
        assertThat(lane0(Functions::largerThan1, Float.NaN)).isEqualTo(1f);
    }

    /** The largest error over {@code offset + |expected|} from one float to another of the same sign. */
    private static double worst(
            UnaryOperator<FloatVector> function, DoubleUnaryOperator exact, float first, float last, double offset) {
        float[] x = new float[LANES];
        float[] y = new float[LANES];
        double worst = 0;
        int end = Float.floatToRawIntBits(last);
        for (int bits = Float.floatToRawIntBits(first); bits <= end - LANES * APART; bits += LANES * APART) {
            for (int lane = 0; lane < LANES; lane++) {
                x[lane] = Float.intBitsToFloat(bits + lane * APART);
            }
            function.apply(FloatVector.fromArray(F, x, 0)).intoArray(y, 0);
            for (int lane = 0; lane < LANES; lane++) {
                double expected = exact.applyAsDouble(x[lane]);
                double error = Math.abs(y[lane] - expected) / (offset + Math.abs(expected));
                worst = Double.isNaN(error) ? Double.POSITIVE_INFINITY : Math.max(worst, error);
            }
        }
        return worst;
    }

    private static float lane0(UnaryOperator<FloatVector> function, float x) {
        return function.apply(FloatVector.broadcast(F, x)).lane(0);
    }

    /** In a class of its own because Maven, which knows no vectors, looks at a test class's methods. */
    private static final class Functions {
        static FloatVector atLeast1(FloatVector x) {
            return MathVector.atLeast(x, 1f);
        }

        static FloatVector atMost1(FloatVector x) {
            return MathVector.atMost(x, 1f);
        }

        static FloatVector largerThan1(FloatVector x) {
            return MathVector.larger(LanesVector.broadcast(1f), x);
        }
    }
}
