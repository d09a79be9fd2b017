package org.tornadogpt.bench.scaling;

import java.util.List;
import java.util.function.ToDoubleFunction;
import org.apache.commons.math3.distribution.TDistribution;
import org.apache.commons.math3.stat.regression.SimpleRegression;

/**
 * y = factor * x^exponent, a straight line in logarithms by least squares.
 *
 * @param exponent with its 95 % interval by Student's t; none for two points
 */
public record PowerLaw(double factor, Estimate exponent, int points) {
    /** Fits at least two points. */
    public static <P> PowerLaw fit(List<P> points, ToDoubleFunction<P> x, ToDoubleFunction<P> y) {
        if (points.size() < 2) {
            throw new IllegalArgumentException("a power law needs two points, got " + points.size());
        }
        SimpleRegression line = new SimpleRegression();
        points.forEach(p -> line.addData(Math.log(x.applyAsDouble(p)), Math.log(y.applyAsDouble(p))));
        double half = points.size() < 3
                ? Double.NaN
                : line.getSlopeStdErr() * new TDistribution(points.size() - 2).inverseCumulativeProbability(0.975);
        double slope = line.getSlope();
        return new PowerLaw(
                Math.exp(line.getIntercept()), new Estimate(slope, slope - half, slope + half), points.size());
    }

    public double at(double x) {
        return factor * Math.pow(x, exponent.value());
    }
}
