package org.tornadogpt.serve.openai;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.tornadogpt.model.text.TextAssembler;
import org.tornadogpt.serve.engine.Engine;
import org.tornadogpt.serve.engine.Models;
import org.tornadogpt.serve.engine.QueueFullException;
import org.tornadogpt.serve.engine.ServedModel;
import org.tornadogpt.serve.engine.Submission;
import org.tornadogpt.serve.engine.TextListener.Ending;
import org.tornadogpt.serve.engine.TextRequest;
import org.tornadogpt.serve.http.ApiException;
import org.tornadogpt.serve.http.Exchange;
import org.tornadogpt.serve.http.Json;
import org.tornadogpt.serve.http.Route;

/** The routes below {@code /v1}. */
public final class OpenAi {
    /** While nothing else is sent, a client is sent something as often, to learn whether it is still there. */
    private static final long PULSE_SECONDS = 1;

    private final Engine engine;
    private final Models models;
    private final SpecReader reader;

    public OpenAi(Engine engine, Models models, SpecReader reader) {
        this.engine = engine;
        this.models = models;
        this.reader = reader;
    }

    /** All of them. */
    public List<Route> routes() {
        return List.of(
                Route.of("POST", "/v1/completions", exchange -> complete(exchange, false)),
                Route.of("POST", "/v1/chat/completions", exchange -> complete(exchange, true)),
                Route.of("GET", "/v1/models", this::list),
                Route.of("GET", "/v1/models/{name}", this::model));
    }

    private void list(Exchange exchange) throws IOException {
        ObjectNode answer = JsonNodeFactory.instance.objectNode().put("object", "list");
        ArrayNode data = answer.putArray("data");
        for (ServedModel model : models.all()) {
            data.add(Answer.model(model.name(), model.created()));
        }
        exchange.answer(200, answer);
    }

    private void model(Exchange exchange) throws ApiException, IOException {
        ServedModel model = models.find(exchange.path("name"))
                .orElseThrow(() -> ApiException.noModel("there is no model of that name; see /v1/models"));
        exchange.answer(200, Answer.model(model.name(), model.created()));
    }

    private void complete(Exchange exchange, boolean chat) throws ApiException, IOException, InterruptedException {
        Spec spec = reader.read(exchange.json(), chat);
        if (spec.beams() > 0) {
            new Beams(engine).answer(exchange, spec);
            return;
        }
        BlockingQueue<Choice.Event> events = new LinkedBlockingQueue<>();
        Submission submission = submit(spec, events);
        try {
            if (spec.stream()) {
                stream(exchange, spec, events);
            } else {
                whole(exchange, spec, events);
            }
        } finally {
            submission.cancel(); // does nothing to a text that has ended
        }
    }

    private Submission submit(Spec spec, BlockingQueue<Choice.Event> events) throws ApiException {
        List<TextRequest> requests = new ArrayList<>();
        for (Spec.Prompt prompt : spec.prompts()) {
            for (int i = 0; i < spec.n(); i++) {
                TextAssembler assembler = new TextAssembler(spec.model().tokenizer(), spec.stops());
                requests.add(new TextRequest(
                        spec.model(),
                        prompt.tokens(),
                        spec.sampling().withSeed(spec.sampling().seed() + i),
                        spec.tokens(),
                        spec.scores(),
                        new Choice(requests.size(), assembler, events)));
            }
        }
        try {
            return engine.submit(requests);
        } catch (QueueFullException e) {
            throw ApiException.busy(e.getMessage());
        }
    }

    private static void stream(Exchange exchange, Spec spec, BlockingQueue<Choice.Event> events)
            throws ApiException, IOException, InterruptedException {
        Answer answer = new Answer(spec);
        boolean[] begun = new boolean[spec.choices()];
        int open = spec.choices();
        int tokens = 0;
        exchange.begin("text/event-stream");
        while (open > 0) {
            Choice.Event event = events.poll(PULSE_SECONDS, TimeUnit.SECONDS);
            StringBuilder out = new StringBuilder(event == null ? ": still here\n\n" : "");
            for (; event != null; event = events.poll()) { // what has come meanwhile goes out together
                if (event.ending() == Ending.FAILED || event.ending() == Ending.CANCELLED) {
                    exchange.send(out + data(failure(event.ending()).body()));
                    throw failure(event.ending());
                }
                tokens += event.tokens();
                out.append(data(answer.chunk(event.index(), event.piece(), event.ending(), !begun[event.index()])));
                begun[event.index()] = true;
                open -= event.ending() == null ? 0 : 1;
            }
            exchange.send(out.toString());
        }
        exchange.end((spec.usage() ? data(answer.usageChunk(tokens)) : "") + "data: [DONE]\n\n");
    }

    private static String data(ObjectNode chunk) {
        return "data: " + new String(Json.bytes(chunk), StandardCharsets.UTF_8) + "\n\n";
    }

    private static ApiException failure(Ending ending) {
        return ending == Ending.FAILED
                ? ApiException.failed("the model could not go on with this text")
                : ApiException.busy("the server stops");
    }

    /**
     * An answer that takes long begins with line breaks, which JSON allows: sending them tells whether the client is
     * still there.
     */
    private static void whole(Exchange exchange, Spec spec, BlockingQueue<Choice.Event> events)
            throws ApiException, IOException, InterruptedException {
        List<StringBuilder> texts = new ArrayList<>();
        List<List<TextAssembler.Placed>> placed = new ArrayList<>();
        Ending[] endings = new Ending[spec.choices()];
        for (int i = 0; i < spec.choices(); i++) {
            texts.add(new StringBuilder());
            placed.add(new ArrayList<>());
        }
        int open = spec.choices();
        int tokens = 0;
        long pulse = System.nanoTime();
        while (open > 0) {
            Choice.Event event = events.poll(PULSE_SECONDS, TimeUnit.SECONDS);
            if (System.nanoTime() - pulse > TimeUnit.SECONDS.toNanos(PULSE_SECONDS)) {
                pulse(exchange);
                pulse = System.nanoTime();
            }
            if (event == null) {
                continue;
            }
            if (event.ending() == Ending.FAILED || event.ending() == Ending.CANCELLED) {
                throw failure(event.ending());
            }
            tokens += event.tokens();
            texts.get(event.index()).append(event.piece().text());
            placed.get(event.index()).addAll(event.piece().tokens());
            endings[event.index()] = event.ending();
            open -= event.ending() == null ? 0 : 1;
        }
        List<Answer.Finished> finished = new ArrayList<>();
        for (int i = 0; i < endings.length; i++) {
            finished.add(new Answer.Finished(texts.get(i).toString(), placed.get(i), endings[i]));
        }
        finish(exchange, new Answer(spec).whole(finished, tokens));
    }

    static void pulse(Exchange exchange) throws IOException {
        if (!exchange.hasBegun()) {
            exchange.begin("application/json");
        }
        exchange.send("\n");
    }

    static void finish(Exchange exchange, ObjectNode answer) throws IOException {
        if (exchange.hasBegun()) {
            exchange.end(new String(Json.bytes(answer), StandardCharsets.UTF_8));
        } else {
            exchange.answer(200, answer);
        }
    }
}
