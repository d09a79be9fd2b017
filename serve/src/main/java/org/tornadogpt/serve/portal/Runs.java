package org.tornadogpt.serve.portal;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.tornadogpt.serve.http.ApiException;
import org.tornadogpt.serve.http.Exchange;
import org.tornadogpt.serve.http.Json;
import org.tornadogpt.trainer.metrics.Metric;
import org.tornadogpt.trainer.metrics.MetricsFile;
import org.tornadogpt.trainer.metrics.ObservationsFile;
import org.tornadogpt.trainer.metrics.SamplesFile;

/** The runs in one folder: plain names right below it, nothing else is looked at. */
public final class Runs {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");
    private static final String METRICS = "metrics.jsonl";
    private static final String SAMPLES = "samples.jsonl";
    private static final List<String> SHOWN = List.of(METRICS, SAMPLES, ObservationsFile.NAME);
    private static final int MOST_RUNS = 200;
    private static final int MOST_POINTS = 600;
    private static final long LARGEST_FILE = 256L << 20;
    private static final long LARGEST_SAMPLES = 64L << 20;
    private static final int MOST_SAMPLES = 50;
    private static final int LIVE_STREAMS = 32;

    private final Path folder;
    private final Semaphore streams = new Semaphore(LIVE_STREAMS);

    public Runs(Path folder) {
        this.folder = folder;
    }

    /**
     * A run as it is now; read once, for it changes while it is looked at.
     *
     * @param changed milliseconds since 1970
     * @param size of all that is shown of it, in bytes
     */
    private record Listed(String name, long changed, long size) {}

    void list(Exchange exchange) throws IOException {
        exchange.answer(200, listed());
    }

    private ObjectNode listed() throws IOException {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ArrayNode list = answer.putArray("runs");
        for (Listed run : runs()) {
            list.addObject().put("name", run.name).put("changed", run.changed).put("size", run.size);
        }
        return answer;
    }

    /** The newest first. */
    private List<Listed> runs() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(Runs::isRun)
                    .map(Runs::look)
                    .sorted(Comparator.comparingLong(Listed::changed).reversed())
                    .limit(MOST_RUNS)
                    .toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static Listed look(Path run) {
        long size = SHOWN.stream()
                .mapToLong(name -> run.resolve(name).toFile().length())
                .sum();
        return new Listed(
                run.getFileName().toString(), run.resolve(METRICS).toFile().lastModified(), size);
    }

    private static boolean isRun(Path path) {
        return NAME.matcher(path.getFileName().toString()).matches()
                && Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)
                && Files.isRegularFile(path.resolve(METRICS), LinkOption.NOFOLLOW_LINKS);
    }

    private Path metrics(Exchange exchange) throws ApiException {
        Path run = folder.resolve(exchange.path("name"));
        if (!isRun(run)) {
            throw ApiException.refused(404, "not_found", "there is no run of that name");
        }
        return run.resolve(METRICS);
    }

    void curves(Exchange exchange) throws ApiException, IOException {
        exchange.answer(200, curves(metrics(exchange)));
    }

    private static ObjectNode curves(Path file) throws ApiException, IOException {
        if (Files.size(file) > LARGEST_FILE) {
            throw ApiException.refused(413, "too_large", "the run's metrics.jsonl is too long to be shown");
        }
        List<Metric> metrics = MetricsFile.read(file);
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        List<Metric> steps = metrics.stream().filter(m -> !m.isEvaluation()).toList();
        int stride = Math.max(1, (steps.size() + MOST_POINTS - 1) / MOST_POINTS);
        ArrayNode list = answer.putArray("steps");
        for (int i = stride - 1; i < steps.size(); i += stride) {
            Metric m = steps.get(i);
            list.addArray()
                    .add(m.step())
                    .add(mean(steps, i - stride + 1, i))
                    .add(m.learningRate())
                    .add(m.gradNorm());
        }
        ArrayNode evaluations = answer.putArray("evaluations");
        metrics.stream()
                .filter(Metric::isEvaluation)
                .forEach(m ->
                        evaluations.addArray().add(m.step()).add(m.trainLoss()).add(m.valLoss()));
        samples(file.getParent(), answer.putArray("samples"));
        answer.put("lastStep", metrics.isEmpty() ? 0 : metrics.getLast().step());
        answer.put("tokensPerSecond", steps.isEmpty() ? null : steps.getLast().tokensPerSecond());
        return answer;
    }

    /** The latest texts that the run wrote on its way; none where it keeps none, or too much to be read each time. */
    private static void samples(Path run, ArrayNode into) throws IOException {
        Path samples = run.resolve(SAMPLES);
        Path observations = run.resolve(ObservationsFile.NAME);
        List<TextAtStep> texts = List.of();
        if (isReadable(samples)) {
            texts = SamplesFile.read(samples).stream()
                    .map(s -> new TextAtStep(s.step(), s.text()))
                    .toList();
        } else if (isReadable(observations)) {
            texts = ObservationsFile.read(observations).stream()
                    .map(o -> new TextAtStep(o.step(), o.sample()))
                    .toList();
        }
        for (TextAtStep text : texts.subList(Math.max(0, texts.size() - MOST_SAMPLES), texts.size())) {
            into.addArray().add(text.step()).add(text.text());
        }
    }

    private record TextAtStep(long step, String text) {}

    private static boolean isReadable(Path file) throws IOException {
        return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) && Files.size(file) <= LARGEST_SAMPLES;
    }

    private static double mean(List<Metric> steps, int from, int to) {
        return steps.subList(from, to + 1).stream()
                .mapToDouble(Metric::trainLoss)
                .average()
                .orElse(Double.NaN);
    }

    /** Tells which runs there are, again whenever one of them has changed. */
    void live(Exchange exchange) throws ApiException, IOException, InterruptedException {
        if (!streams.tryAcquire()) {
            throw ApiException.busy("too many pages watch runs");
        }
        try {
            exchange.begin("text/event-stream");
            String told = "";
            while (true) { // until the client goes, or the server
                String now = new String(Json.bytes(listed()), StandardCharsets.UTF_8);
                exchange.send(now.equals(told) ? ": still here\n\n" : "data: " + now + "\n\n");
                told = now;
                Thread.sleep(1_000);
            }
        } finally {
            streams.release();
        }
    }
}
