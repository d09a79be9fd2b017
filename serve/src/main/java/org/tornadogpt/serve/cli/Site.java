package org.tornadogpt.serve.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.serve.engine.Engine;
import org.tornadogpt.serve.engine.EngineMetrics;
import org.tornadogpt.serve.engine.Models;
import org.tornadogpt.serve.engine.ServedModel;
import org.tornadogpt.serve.http.Exchange;
import org.tornadogpt.serve.http.Guard;
import org.tornadogpt.serve.http.HttpService;
import org.tornadogpt.serve.http.Route;
import org.tornadogpt.serve.openai.OpenAi;
import org.tornadogpt.serve.openai.SpecReader;
import org.tornadogpt.serve.portal.Looks;
import org.tornadogpt.serve.portal.Portal;
import org.tornadogpt.serve.portal.Runs;
import org.tornadogpt.serve.portal.Uploads;

/** Everything that is served. */
public final class Site implements AutoCloseable {
    /** Searches and looks inside that wait. */
    private static final int TASKS = 16;

    private final ServeLimits limits;
    private final KernelChoices kernels;
    private final Path runs;
    private final Guard guard;
    private final Models models = new Models();
    private final Engine engine;
    private HttpService http;

    /**
     * Does not listen yet.
     *
     * @param kernels the device, for models that visitors bring
     * @param names by which the server may be called, besides {@code localhost} and addresses
     * @param key that requests must have, null for none
     * @param runs folder of runs to show
     */
    public Site(
            ServeLimits limits,
            KernelChoices kernels,
            List<ServedModel> served,
            List<String> names,
            String key,
            Path runs) {
        this.limits = limits;
        this.kernels = kernels;
        this.runs = runs;
        guard = new Guard(names, key);
        served.forEach(models::add);
        engine = new Engine(new Engine.Limits(limits.queue(), TASKS, limits.textSeconds()));
    }

    /** Listens. */
    public void start(String host, int port) throws IOException {
        List<Route> routes = new ArrayList<>();
        SpecReader reader = new SpecReader(models, limits.maxTokens());
        boolean loopback = isLoopback(host);
        routes.addAll(new OpenAi(engine, models, reader).routes());
        routes.addAll(new Portal(
                        models,
                        new Looks(engine, reader),
                        new Runs(runs),
                        new Uploads(limits.uploads(), models, engine, kernels, loopback))
                .routes());
        routes.add(Route.open("GET", "/healthz", this::health));
        routes.add(Route.of("GET", "/metrics", this::metrics));
        HttpService.Settings settings = new HttpService.Settings(
                host, port, limits.maxConnections(), limits.maxBodyBytes(), limits.requestSeconds());
        http = new HttpService(settings, guard, routes);
        http.start();
    }

    /** Whether only this machine reaches a server that listens there. */
    static boolean isLoopback(String host) throws IOException {
        return Arrays.stream(InetAddress.getAllByName(host)).allMatch(InetAddress::isLoopbackAddress);
    }

    /** The port, also where any was asked for. */
    public int port() {
        return http.port();
    }

    /** Takes nothing new and waits for what is being written, as long as is allowed. */
    public void drain() throws InterruptedException {
        http.stopListening();
        engine.drain(limits.drain());
        http.awaitQuiet();
    }

    private void health(Exchange exchange) throws IOException {
        exchange.answer(200, JsonNodeFactory.instance.objectNode().put("status", "ok"));
    }

    private void metrics(Exchange exchange) throws IOException {
        StringBuilder out = new StringBuilder();
        engine.metrics().print(out);
        EngineMetrics.value(out, "tgpt_connections", "gauge", "Connections that are open.", http.connections());
        EngineMetrics.value(
                out,
                "tgpt_models",
                "gauge",
                "Models that can be asked for.",
                models.all().size());
        out.append("# HELP tgpt_http_answers_total Answers by status.\n# TYPE tgpt_http_answers_total counter\n");
        http.answers()
                .forEach((status, count) -> out.append("tgpt_http_answers_total{status=\"")
                        .append(status)
                        .append("\"} ")
                        .append(count)
                        .append('\n'));
        exchange.answer(
                200, "text/plain; version=0.0.4; charset=utf-8", out.toString().getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        engine.close();
        if (http != null) {
            http.close();
        }
    }
}
