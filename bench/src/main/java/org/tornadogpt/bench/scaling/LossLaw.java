package org.tornadogpt.bench.scaling;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.commons.math3.distribution.TDistribution;
import org.apache.commons.math3.exception.MathIllegalStateException;
import org.apache.commons.math3.fitting.leastsquares.LeastSquaresBuilder;
import org.apache.commons.math3.fitting.leastsquares.LeastSquaresOptimizer;
import org.apache.commons.math3.fitting.leastsquares.LevenbergMarquardtOptimizer;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.RealVector;
import org.apache.commons.math3.linear.SingularMatrixException;
import org.apache.commons.math3.util.Pair;

/**
 * L(N, D) = E + A / N^alpha + B / D^beta (Hoffmann et al. 2022), fitted by least squares to the logarithms of losses.
 * The law without E has one parameter less; it is taken where the points do not bear E, by the corrected Akaike
 * criterion. Intervals are of the linearised model: asymptotic, with Student's t for few points.
 */
public final class LossLaw {
    private static final double QUANTILE = 0.975;
    private static final double SINGULAR = 1e-14;
    private static final int EVALUATIONS = 10_000;

    /** Of the logarithms' parameters: of A at the mean size, alpha, of B at the mean budget, beta, of E. */
    private static final int LOG_A = 0;

    private static final int ALPHA = 1;
    private static final int LOG_B = 2;
    private static final int BETA = 3;
    private static final int LOG_E = 4;

    private final double meanLogN;
    private final double meanLogD;
    private final double[] p;
    private final RealMatrix covariance;
    private final double variance;
    private final int freedom;
    private final double criterion;

    private LossLaw(List<PointResult> points, double... parameters) {
        meanLogN = points.stream()
                .mapToDouble(r -> Math.log((double) r.parameters()))
                .average()
                .orElseThrow();
        meanLogD = points.stream()
                .mapToDouble(r -> Math.log((double) r.tokens()))
                .average()
                .orElseThrow();
        p = optimise(points, parameters);
        int n = points.size();
        int k = p.length;
        double squares = points.stream()
                .mapToDouble(r -> Math.pow(Math.log(at((double) r.parameters(), (double) r.tokens()) / r.loss()), 2))
                .sum();
        freedom = n - k;
        variance = squares / freedom;
        covariance = covariance(points);
        criterion = n * Math.log(squares / n) + 2.0 * k + 2.0 * k * (k + 1) / (n - k - 1);
    }

    /**
     * Fits at least seven points, of three sizes and three budgets.
     *
     * @throws IllegalArgumentException if there are fewer, or nothing fits
     */
    public static LossLaw fit(List<PointResult> points) {
        long sizes = points.stream().map(PointResult::channels).distinct().count();
        long budgets = points.stream().map(PointResult::tokens).distinct().count();
        if (points.size() < 7 || sizes < 3 || budgets < 3) {
            throw new IllegalArgumentException(
                    "a law of size and data needs seven points of three sizes and three budgets, there are "
                            + points.size() + " of " + sizes + " and " + budgets);
        }
        List<LossLaw> found = new ArrayList<>();
        double lowest = points.stream().mapToDouble(PointResult::loss).min().orElseThrow();
        for (double share : new double[] {0, 0.3, 0.6, 0.9}) {
            for (double alpha : new double[] {0.2, 0.6, 1.2}) {
                for (double beta : new double[] {0.2, 0.6, 1.2}) {
                    double rest = Math.log(lowest * (1 - share) / 2);
                    double[] start = {rest, alpha, rest, beta};
                    if (share > 0 && points.size() > 7) {
                        start = new double[] {rest, alpha, rest, beta, Math.log(lowest * share)};
                    }
                    tried(points, start).ifPresent(found::add);
                }
            }
        }
        return found.stream()
                .min(Comparator.comparingDouble(law -> law.criterion))
                .orElseThrow(() -> new IllegalArgumentException("no power law of size and data fits these points"));
    }

    private static Optional<LossLaw> tried(List<PointResult> points, double... start) {
        try {
            LossLaw law = new LossLaw(points, start);
            return law.p[ALPHA] > 0 && law.p[BETA] > 0 && Double.isFinite(law.criterion)
                    ? Optional.of(law)
                    : Optional.empty();
        } catch (MathIllegalStateException | SingularMatrixException e) {
            return Optional.empty(); // from here it does not converge, or the points do not bear this law
        }
    }

    private double[] optimise(List<PointResult> points, double... start) {
        LeastSquaresOptimizer.Optimum optimum = new LevenbergMarquardtOptimizer()
                .optimize(new LeastSquaresBuilder()
                        .start(start)
                        .model(v -> model(points, v.toArray()))
                        .target(points.stream()
                                .mapToDouble(r -> Math.log(r.loss()))
                                .toArray())
                        .maxEvaluations(EVALUATIONS)
                        .maxIterations(EVALUATIONS)
                        .build());
        return optimum.getPoint().toArray();
    }

    private Pair<RealVector, RealMatrix> model(List<PointResult> points, double... q) {
        RealVector values = new ArrayRealVector(points.size());
        RealMatrix slopes = new Array2DRowRealMatrix(points.size(), q.length);
        for (int i = 0; i < points.size(); i++) {
            PointResult r = points.get(i);
            values.setEntry(i, Math.log(loss(q, (double) r.parameters(), (double) r.tokens())));
            slopes.setRow(i, slopes(q, (double) r.parameters(), (double) r.tokens()));
        }
        return new Pair<>(values, slopes);
    }

    private double sizeTerm(double[] q, double N) {
        return Math.exp(q[LOG_A] - q[ALPHA] * (Math.log(N) - meanLogN));
    }

    private double dataTerm(double[] q, double D) {
        return Math.exp(q[LOG_B] - q[BETA] * (Math.log(D) - meanLogD));
    }

    private static double floor(double... q) {
        return q.length > LOG_E ? Math.exp(q[LOG_E]) : 0;
    }

    private double loss(double[] q, double N, double D) {
        return floor(q) + sizeTerm(q, N) + dataTerm(q, D);
    }

    /** Of the logarithm of the loss. */
    private double[] slopes(double[] q, double N, double D) {
        double loss = loss(q, N, D);
        double[] slopes = new double[q.length];
        slopes[LOG_A] = sizeTerm(q, N) / loss;
        slopes[ALPHA] = -slopes[LOG_A] * (Math.log(N) - meanLogN);
        slopes[LOG_B] = dataTerm(q, D) / loss;
        slopes[BETA] = -slopes[LOG_B] * (Math.log(D) - meanLogD);
        if (q.length > LOG_E) {
            slopes[LOG_E] = floor(q) / loss;
        }
        return slopes;
    }

    private RealMatrix covariance(List<PointResult> points) {
        RealMatrix slopes = model(points, p).getSecond();
        RealMatrix normal = slopes.transpose().multiply(slopes);
        return new org.apache.commons.math3.linear.LUDecomposition(normal, SINGULAR)
                .getSolver()
                .getInverse()
                .scalarMultiply(variance);
    }

    /** The loss of a model of N parameters that has read D tokens. */
    public double at(double N, double D) {
        return loss(p, N, D);
    }

    /** The interval in which a further run's loss lies with 95 % if the law holds there. */
    public Estimate predict(double N, double D) {
        RealVector slope = new ArrayRealVector(slopes(p, N, D));
        double spread = Math.sqrt(variance + slope.dotProduct(covariance.operate(slope)));
        double factor = Math.exp(quantile() * spread);
        double loss = at(N, D);
        return new Estimate(loss, loss / factor, loss * factor);
    }

    private double quantile() {
        return new TDistribution(freedom).inverseCumulativeProbability(QUANTILE);
    }

    private Estimate parameter(int index) {
        double half = quantile() * Math.sqrt(covariance.getEntry(index, index));
        return new Estimate(p[index], p[index] - half, p[index] + half);
    }

    public Estimate alpha() {
        return parameter(ALPHA);
    }

    public Estimate beta() {
        return parameter(BETA);
    }

    /** The loss that neither size nor data removes, E; empty where the points do not bear one. */
    public Optional<Estimate> irreducible() {
        if (p.length <= LOG_E) {
            return Optional.empty();
        }
        Estimate log = parameter(LOG_E);
        return Optional.of(new Estimate(Math.exp(log.value()), Math.exp(log.low()), Math.exp(log.high())));
    }

    /** A. */
    public double sizeFactor() {
        return Math.exp(p[LOG_A] + p[ALPHA] * meanLogN);
    }

    /** B. */
    public double dataFactor() {
        return Math.exp(p[LOG_B] + p[BETA] * meanLogD);
    }

    /** Standard deviation of the logarithms of losses about the law. */
    public double spread() {
        return Math.sqrt(variance);
    }

    /** Parameters of the model that has the lowest loss for {@code compute} = 6ND operations. */
    public double optimalParameters(double compute) {
        double alpha = p[ALPHA];
        double beta = p[BETA];
        double g = Math.pow(alpha * sizeFactor() / (beta * dataFactor()), 1 / (alpha + beta));
        return g * Math.pow(compute / 6, beta / (alpha + beta));
    }
}
