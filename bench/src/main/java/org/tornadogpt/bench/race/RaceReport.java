package org.tornadogpt.bench.race;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A race's results.
 *
 * @param base the variant that ratios are against
 */
public record RaceReport(String operation, String device, String base, List<Lap> laps) {
    private static final double MEBIBYTE = 1 << 20;

    /** The base's lap at a shape, if it was timed. */
    Optional<Lap> base(RaceShape shape) {
        return laps.stream()
                .filter(l -> l.timed() && l.variant().equals(base) && l.sizes().equals(shape.sizes()))
                .findFirst();
    }

    /** The results as Markdown. */
    public List<String> table() {
        List<String> lines = new ArrayList<>(List.of(
                "| shape | variant | ms | GFLOP/s | % of ceiling | MiB | against " + base + " | |",
                "|---|---|--:|--:|--:|--:|---|---|"));
        for (Lap lap : laps) {
            String shape =
                    String.join("x", lap.sizes().stream().map(String::valueOf).toList());
            lines.add(
                    lap.timed()
                            ? String.format(
                                    Locale.ROOT,
                                    "| %s | %s | %.3f | %.1f | %s | %s | %s | %s |",
                                    shape,
                                    lap.variant(),
                                    lap.millis(),
                                    lap.gflops(),
                                    lap.roofline() == null ? "-" : String.format(Locale.ROOT, "%.0f", lap.roofline()),
                                    mebibytes(lap),
                                    against(lap),
                                    lap.note())
                            : "| " + shape + " | " + lap.variant() + " | - | - | - | - | - | " + lap.note() + " |");
        }
        return lines;
    }

    private static String mebibytes(Lap lap) {
        return lap.bytes() == null ? "-" : String.format(Locale.ROOT, "%.1f", lap.bytes() / MEBIBYTE);
    }

    private String against(Lap lap) {
        if (lap.ratio() == null) {
            return "-";
        }
        return lap.variant().equals(base) ? "itself" : lap.speed();
    }

    /** Writes report.md, race.json and race.png. */
    public void write(Path folder) throws IOException {
        Files.createDirectories(folder);
        List<String> lines = new ArrayList<>(List.of(
                "# Race of " + operation,
                "",
                "Device " + device
                        + ". Forward and backward together; ratios of times taken in turn, with 95 % intervals.",
                "",
                "![chart](race.png)",
                ""));
        lines.addAll(table());
        Files.write(folder.resolve("report.md"), lines);
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("operation", operation);
        json.put("device", device);
        json.put("base", base);
        json.put("laps", laps);
        new ObjectMapper()
                .enable(SerializationFeature.INDENT_OUTPUT)
                .writeValue(folder.resolve("race.json").toFile(), json);
        RaceChart.write(this, folder.resolve("race.png"));
    }
}
