package org.tornadogpt.bench.race;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.tornadogpt.bench.Ratios;
import org.tornadogpt.kernels.cases.OtherMathematics;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.kernels.kernel.Variant;

/**
 * Variants against a base, pair by pair in turn. Each repeat builds both anew, so that where memory lies and what was
 * compiled first change, too.
 *
 * @param base what the others are compared with
 * @param gflops the processor's ceiling; 0 where it says nothing of the device
 */
record Race(Device device, Variant base, double gflops, Pace pace) {
    /**
     * How much to do.
     *
     * @param warmUpMillis untimed, in each repeat
     * @param repeatMillis timed, in each repeat; never fewer than three rounds
     */
    record Pace(double warmUpMillis, double repeatMillis) {
        static final Pace USUAL = new Pace(500, 2_000);
    }

    /** How a note begins that tells of a variant that was given up. */
    static final String STOPPED = "given up";

    private static final int REPEATS = 3;
    private static final int MOST_ROUNDS = 30;
    private static final int LEAST_ROUNDS = 3;
    private static final double MOST_MILLIS = 60_000;

    /** A difference that is hardly ever real: it is measured again, on other data. */
    private static final double SUSPICIOUS = 2;

    private static final long SEED = 42;
    private static final long OTHER_SEED = 43;

    /** The variant and the base, or why the variant is not timed. */
    private record Pair(Contestant own, Contestant rival, Optional<String> obstacle) {}

    /** One variant at one shape; the base against itself is what the noise is. */
    Lap lap(Variant variant, RaceShape shape) {
        return lap(variant, shape, 0);
    }

    /** @param stopBelow the ratio below which the variant is given up after a repeat */
    Lap lap(Variant variant, RaceShape shape, double stopBelow) {
        List<Ratios.Times> times = new ArrayList<>();
        Pair pair = null;
        for (int repeat = 0; repeat < REPEATS; repeat++) {
            pair = pair(variant, shape, SEED, repeat == 0);
            if (pair.obstacle.isPresent()) {
                return Lap.untimed(variant.name(), shape, pair.obstacle.get());
            }
            times.add(times(pair.own, pair.rival, repeat));
            double ratio = Ratios.of(times).ratio();
            if (ratio < stopBelow && repeat + 1 < REPEATS) {
                return Lap.untimed(
                        variant.name(), shape, String.format(Locale.ROOT, "%s at a ratio of %.2f", STOPPED, ratio));
            }
        }
        Ratios ratios = Ratios.of(times);
        List<String> notes = new ArrayList<>();
        if (variant instanceof OtherMathematics other) {
            notes.add("other mathematics: " + other.mathematics());
        }
        if (suspicious(ratios.ratio())) {
            notes.add(again(variant, shape, ratios.ratio()));
        }
        return lap(variant, shape, pair.own, ratios, String.join("; ", notes));
    }

    private Pair pair(Variant variant, RaceShape shape, long seed, boolean check) {
        Contestant own;
        Contestant rival;
        try {
            own = new Contestant(device, variant, shape, seed);
            rival = new Contestant(device, base, shape, seed);
        } catch (IllegalArgumentException e) {
            return new Pair(null, null, Optional.of("refused: " + e.getMessage()));
        }
        double first = 0;
        Optional<String> wrong;
        try {
            first = own.run();
            wrong = check ? own.wrong() : Optional.empty();
        } catch (RuntimeException e) { // whatever a kernel throws: the others are still raced
            wrong = Optional.of("the kernel fails: " + e);
        }
        if (wrong.isPresent()) {
            return new Pair(own, rival, Optional.of("WRONG: " + wrong.get()));
        }
        double estimate = first * REPEATS * LEAST_ROUNDS;
        if (estimate > MOST_MILLIS && first < MOST_MILLIS) {
            estimate = own.run() * REPEATS * LEAST_ROUNDS; // the first run is also the JIT compilers' time
        }
        if (estimate > MOST_MILLIS) {
            String minutes = String.format(Locale.ROOT, "not timed: about %.0f min", Math.ceil(estimate / 60_000));
            return new Pair(own, rival, Optional.of(minutes));
        }
        rival.run();
        return new Pair(own, rival, Optional.empty());
    }

    private static boolean suspicious(double ratio) {
        return ratio > SUSPICIOUS || ratio < 1 / SUSPICIOUS;
    }

    /** What another measurement says, whose results are checked, too. */
    private String again(Variant variant, RaceShape shape, double ratio) {
        Pair pair = pair(variant, shape, OTHER_SEED, true);
        if (pair.obstacle.isPresent()) {
            return "uncertain: on other data " + pair.obstacle.get();
        }
        double other = Ratios.of(List.of(times(pair.own, pair.rival, 1))).ratio();
        boolean agrees = suspicious(other) && other > 1 == ratio > 1;
        return String.format(
                Locale.ROOT,
                agrees ? "confirmed on other data: ratio %.3g" : "uncertain: ratio %.3g on other data",
                other);
    }

    private Ratios.Times times(Contestant own, Contestant rival, int repeat) {
        double spent = 0;
        double last = 0;
        while (spent < pace.warmUpMillis()) {
            last = own.run() + rival.run();
            spent += last;
        }
        int rounds = (int) Math.clamp(pace.repeatMillis() / last, LEAST_ROUNDS, MOST_ROUNDS);
        double[] here = new double[rounds];
        double[] against = new double[rounds];
        for (int round = 0; round < rounds; round++) {
            if ((round + repeat) % 2 == 0) {
                here[round] = own.run();
                against[round] = rival.run();
            } else {
                against[round] = rival.run();
                here[round] = own.run();
            }
        }
        return new Ratios.Times(here, against);
    }

    private Lap lap(Variant variant, RaceShape shape, Contestant own, Ratios ratios, String note) {
        double rate = own.flops() / ratios.millis() / 1e6;
        Ratios.Interval interval = ratios.interval().orElseThrow();
        return new Lap(
                variant.name(),
                shape.sizes(),
                shape.size(),
                note,
                ratios.millis(),
                rate,
                gflops > 0 ? 100 * rate / gflops : null,
                own.bytes(),
                ratios.ratio(),
                interval.low(),
                interval.high(),
                interval.excludesOne());
    }
}
