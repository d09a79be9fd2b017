package org.tornadogpt.bench.race;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.tornadogpt.kernels.device.jvm.CeilingsVector;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.kernels.kernel.Variant;

/** Runs all laps of a race. */
public final class Races {
    private Races() {}

    /**
     * Every variant, the base first, at every shape.
     *
     * @param shapes as on the command line; null for the usual ones
     * @param progress is told of each lap
     */
    public static RaceReport run(
            Device device,
            Variant base,
            List<Variant> variants,
            String operation,
            String shapes,
            Consumer<String> progress) {
        List<Variant> all = new ArrayList<>(List.of(base));
        variants.stream().filter(v -> !v.name().equals(base.name())).forEach(all::add);
        return run(0, device, base, all, RaceShape.parse(operation, shapes), progress);
    }

    /** Without the base against itself; a variant is given up after a repeat with a ratio below {@code stopBelow}. */
    public static RaceReport onlyAbove(
            double stopBelow,
            Device device,
            Variant base,
            List<Variant> variants,
            String shapes,
            Consumer<String> progress) {
        return run(stopBelow, device, base, variants, RaceShape.parse(base.operation(), shapes), progress);
    }

    private static RaceReport run(
            double stopBelow,
            Device device,
            Variant base,
            List<Variant> variants,
            List<RaceShape> shapes,
            Consumer<String> progress) {
        double gflops = device.id().startsWith("tornado")
                ? 0
                : CeilingsVector.measure(device.threads()).gflops();
        Race race = new Race(device, base, gflops, Race.Pace.USUAL);
        List<Lap> laps = new ArrayList<>();
        for (RaceShape shape : shapes) {
            for (Variant variant : variants) {
                Lap lap = race.lap(variant, shape, stopBelow);
                laps.add(lap);
                progress.accept(shape + " " + lap.variant() + ": "
                        + (lap.timed() ? String.format(Locale.ROOT, "%.3f ms", lap.millis()) : lap.note()));
            }
        }
        return new RaceReport(base.operation(), device.id(), base.name(), laps);
    }
}
