package org.tornadogpt.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.tornadogpt.kernels.device.jvm.CpuDevice;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.kernels.kernel.random.PhiloxStream;
import org.tornadogpt.model.CharTokenizer;
import org.tornadogpt.model.Checkpoint;
import org.tornadogpt.model.DecodeSession;
import org.tornadogpt.model.Generator;
import org.tornadogpt.model.GptConfig;
import org.tornadogpt.model.InferenceSession;
import org.tornadogpt.model.Sampling;
import org.tornadogpt.model.Tokenizer;
import org.tornadogpt.model.TrainingState;
import org.tornadogpt.model.Weights;
import org.tornadogpt.serve.cli.ServeLimits;
import org.tornadogpt.serve.cli.Site;
import org.tornadogpt.serve.engine.ServedModel;
import picocli.CommandLine;

/** A site with a small model of random parameters, and a client for it. */
public final class Served implements AutoCloseable {
    /** Its characters: an astral one, and half of one. */
    public static final String ALPHABET = "\n !.:abcdefghijklmnopqrstuvwxyzäß\uD83D\uDE00\uD800";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Device device = new CpuDevice(2);
    private final Tokenizer tokenizer;
    private final Weights weights;
    private final Site site;
    private final HttpClient client = HttpClient.newHttpClient();

    private Served(Path runs, String key, Tokenizer tokenizer, int block, String... options) throws IOException {
        this.tokenizer = tokenizer;
        GptConfig config =
                GptConfig.builder(tokenizer.vocabularySize(), block, 32, 4, 2).build();
        weights = new Weights(config.model(), device);
        PhiloxStream random = new PhiloxStream(3, 1);
        float[] values = new float[config.model().parameters().size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = 0.3f * random.nextGaussian();
        }
        weights.flat().slice().copyFrom(values);
        weights.changed();
        ServeLimits limits = new ServeLimits();
        CommandLine.populateCommand(limits, options);
        ServedModel model = new ServedModel("tiny", tokenizer, weights, KernelChoices.defaults(device), 8, 7);
        site = new Site(limits, KernelChoices.defaults(device), List.of(model), List.of("models.example"), key, runs);
        site.start("127.0.0.1", 0);
    }

    /** Without a key. */
    public static Served open(String... options) throws IOException {
        return new Served(Path.of("no-runs"), null, CharTokenizer.of(ALPHABET), 32, options);
    }

    /** With a folder of runs. */
    public static Served withRuns(Path runs, String... options) throws IOException {
        return new Served(runs, null, CharTokenizer.of(ALPHABET), 32, options);
    }

    /** With a key. */
    public static Served withKey(String key) throws IOException {
        return new Served(Path.of("no-runs"), key, CharTokenizer.of(ALPHABET), 32);
    }

    public Site site() {
        return site;
    }

    public int port() {
        return site.port();
    }

    public Tokenizer tokenizer() {
        return tokenizer;
    }

    public Weights weights() {
        return weights;
    }

    /** What a generator writes alone. */
    public String alone(String prompt, int tokens, Sampling sampling) {
        InferenceSession session = new InferenceSession(weights, KernelChoices.defaults(device), true);
        return tokenizer
                .decode(new Generator(session).generate(tokenizer.encode(prompt), tokens, sampling))
                .replace('\uD800', '\uFFFD');
    }

    /** Saves the model as a checkpoint. */
    public void save(Path folder) throws IOException {
        Checkpoint.save(folder, tokenizer, weights, TrainingState.start(1));
    }

    /** A session of the model beside the site's. */
    public DecodeSession session(int sequences) {
        return new DecodeSession(weights, KernelChoices.defaults(device), sequences);
    }

    public HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
                .timeout(Duration.ofSeconds(60));
    }

    public HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(request(path).build());
    }

    public HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
        return send(request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    /** An answer that is still being written; closing its body leaves it. */
    public HttpResponse<InputStream> stream(String path, String body) throws IOException, InterruptedException {
        HttpRequest request = request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofInputStream());
    }

    public HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    public static JsonNode json(HttpResponse<String> response) throws IOException {
        return JSON.readTree(response.body());
    }

    /** The chunks of a stream; the last must be {@code [DONE]}. */
    public static List<JsonNode> chunks(HttpResponse<String> response) throws IOException {
        List<JsonNode> chunks = new ArrayList<>();
        List<String> events = List.of(response.body().strip().split("\n\n", -1));
        if (!events.getLast().equals("data: [DONE]")) {
            throw new AssertionError("the stream ends with " + events.getLast());
        }
        for (String event : events.subList(0, events.size() - 1)) {
            if (!event.startsWith(":")) {
                chunks.add(JSON.readTree(event.substring("data: ".length())));
            }
        }
        return chunks;
    }

    /** The value of a metric. */
    public double metric(String name) throws IOException, InterruptedException {
        return get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow();
    }

    @Override
    public void close() {
        site.close();
        client.close();
        device.close();
    }
}
