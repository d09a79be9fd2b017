package org.tornadogpt.bench.race;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.tornadogpt.kernels.graph.Device;

/**
 * PyTorch at a race's shapes, on as many threads, or on CUDA where the race ran on a GPU. It runs in a process of its
 * own after the race, so its ratios have no interval.
 *
 * @param python a program that has PyTorch
 */
public record TorchPeer(String python, Device device) {
    private static final String NAME = "PyTorch";
    private static final int MOST_MINUTES = 10;

    /** A lap at each shape; where it cannot be had, each says why. */
    public List<Lap> laps(RaceReport report, String shapes) {
        List<RaceShape> parsed = RaceShape.parse(report.operation(), shapes);
        List<Lap> laps = new ArrayList<>();
        try {
            List<JsonNode> lines = run(report.operation(), parsed);
            for (int i = 0; i < parsed.size(); i++) {
                laps.add(lap(report, parsed.get(i), lines.get(i)));
            }
        } catch (IOException e) {
            parsed.forEach(shape -> laps.add(Lap.untimed(NAME, shape, "not timed: " + e.getMessage())));
        }
        return laps;
    }

    private static Lap lap(RaceReport report, RaceShape shape, JsonNode line) {
        double millis = line.get("millis").asDouble();
        Optional<Lap> base = report.base(shape);
        String note = "version " + line.get("version").asText() + ", not in turn"
                + base.map(b -> String.format(
                                Locale.ROOT, ", %.2f times %s's speed", b.millis() / millis, report.base()))
                        .orElse("");
        double rate = base.map(b -> b.gflops() * b.millis() / millis).orElse(0.0);
        Double roofline = base.map(Lap::roofline)
                .map(r -> r * base.get().millis() / millis)
                .orElse(null);
        return new Lap(NAME, shape.sizes(), shape.size(), note, millis, rate, roofline, null, null, null, null, null);
    }

    private List<JsonNode> run(String operation, List<RaceShape> shapes) throws IOException {
        boolean gpu = device.id().startsWith("tornado") && device.traits().gpu();
        List<String> command =
                new ArrayList<>(List.of(python, "-", operation, gpu ? "cuda" : "cpu", String.valueOf(threads())));
        shapes.forEach(shape -> command.add(shape.toString()));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (InputStream script = TorchPeer.class.getResourceAsStream("race_torch.py")) {
            process.getOutputStream().write(script.readAllBytes());
            process.getOutputStream().close();
        }
        List<JsonNode> lines = new ArrayList<>();
        for (String line : new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList()) {
            lines.add(new ObjectMapper().readTree(line));
        }
        if (ended(process) != 0 || lines.size() != shapes.size()) {
            throw new IOException(python + " ended without results; has it PyTorch" + (gpu ? " with CUDA?" : "?"));
        }
        return lines;
    }

    /** On a device that is a processor, PyTorch gets all of it. */
    private int threads() {
        return device.id().startsWith("tornado") ? Runtime.getRuntime().availableProcessors() : device.threads();
    }

    private static int ended(Process process) throws IOException {
        try {
            return process.waitFor(MOST_MINUTES, TimeUnit.MINUTES) ? process.exitValue() : 1;
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
