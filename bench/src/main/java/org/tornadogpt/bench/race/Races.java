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
        List<RaceShape> parsed = RaceShape.parse(operation, shapes);
        double gflops = device.id().startsWith("tornado")
                ? 0
                : CeilingsVector.measure(device.threads()).gflops();
        Race race = new Race(device, base, gflops, Race.Pace.USUAL);
        List<Variant> all = new ArrayList<>(List.of(base));
        variants.stream().filter(v -> !v.name().equals(base.name())).forEach(all::add);
        List<Lap> laps = new ArrayList<>();
        for (RaceShape shape : parsed) {
            for (Variant variant : all) {
                Lap lap = race.lap(variant, shape);
                laps.add(lap);
                progress.accept(shape + " " + lap.variant() + ": "
                        + (lap.timed() ? String.format(Locale.ROOT, "%.3f ms", lap.millis()) : lap.note()));
            }
        }
        return new RaceReport(operation, device.id(), base.name(), laps);
    }
}
