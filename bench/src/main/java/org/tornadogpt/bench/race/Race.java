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

    private static final int REPEATS = 3;
    private static final int MOST_ROUNDS = 30;
    private static final int LEAST_ROUNDS = 3;
    private static final double MOST_MILLIS = 60_000;

    /** A difference that is hardly ever real: it is measured again. */
    private static final double SUSPICIOUS = 2;

    /** One variant at one shape; the base against itself is what the noise is. */
    Lap lap(Variant variant, RaceShape shape) {
        List<Ratios.Times> times = new ArrayList<>();
        Contestant own = null;
        String note = variant instanceof OtherMathematics other ? "other mathematics: " + other.mathematics() : "";
        for (int repeat = 0; repeat < REPEATS; repeat++) {
            Contestant rival;
            try {
                own = new Contestant(device, variant, shape);
                rival = new Contestant(device, base, shape);
            } catch (IllegalArgumentException e) {
                return Lap.untimed(variant.name(), shape, "refused: " + e.getMessage());
            }
            double first = own.run();
            Optional<String> wrong = repeat == 0 ? own.wrong() : Optional.empty();
            if (wrong.isPresent()) {
                return Lap.untimed(variant.name(), shape, "WRONG: " + wrong.get());
            }
            double estimate = first * REPEATS * LEAST_ROUNDS;
            if (estimate > MOST_MILLIS && first < MOST_MILLIS) {
                estimate = own.run() * REPEATS * LEAST_ROUNDS; // the first run is also the JIT compilers' time
            }
            if (estimate > MOST_MILLIS) {
                double minutes = estimate / 60_000;
                return Lap.untimed(
                        variant.name(),
                        shape,
                        String.format(Locale.ROOT, "not timed: about %.0f min", Math.ceil(minutes)));
            }
            rival.run();
            times.add(times(own, rival, repeat));
        }
        return lap(variant, shape, own, Ratios.of(times), note);
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
        boolean suspicious = ratios.ratio() > SUSPICIOUS || ratios.ratio() < 1 / SUSPICIOUS;
        Ratios.Interval interval = ratios.interval().orElseThrow();
        String all = suspicious && !interval.excludesOne() ? (note + " uncertain").strip() : note;
        return new Lap(
                variant.name(),
                shape.sizes(),
                shape.size(),
                all,
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
