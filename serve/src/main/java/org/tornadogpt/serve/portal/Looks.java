package org.tornadogpt.serve.portal;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.tornadogpt.model.BeamSearch;
import org.tornadogpt.model.Chooser;
import org.tornadogpt.model.ContextWindow;
import org.tornadogpt.model.DecodeSession;
import org.tornadogpt.model.Inspection;
import org.tornadogpt.model.LogProbabilities;
import org.tornadogpt.model.Sampling;
import org.tornadogpt.model.Tokenizer;
import org.tornadogpt.model.text.TextAssembler;
import org.tornadogpt.serve.engine.Engine;
import org.tornadogpt.serve.engine.QueueFullException;
import org.tornadogpt.serve.engine.SearchTask;
import org.tornadogpt.serve.engine.ServedModel;
import org.tornadogpt.serve.http.ApiException;
import org.tornadogpt.serve.http.Exchange;
import org.tornadogpt.serve.openai.Fields;
import org.tornadogpt.serve.openai.SpecReader;

/** Looks into a model: the next token, a context's way through the layers, a search. */
public final class Looks {
    private static final int CANDIDATES = 24;
    private static final int LENS_CANDIDATES = 5;

    /** Tokens whose attention is shown: a matrix of more cannot be looked at. */
    private static final int MOST_SHOWN = 48;

    private static final int MOST_BEAM_TOKENS = 40;
    private static final long SECONDS = 60;

    private final Engine engine;
    private final SpecReader reader;

    public Looks(Engine engine, SpecReader reader) {
        this.engine = engine;
        this.reader = reader;
    }

    /** What may come next: what the model says, and what is left of it after temperature and filters. */
    void next(Exchange exchange) throws ApiException, IOException, InterruptedException {
        Fields fields = new Fields(exchange.json());
        ServedModel model = reader.model(fields);
        Sampling sampling = SpecReader.sampling(fields);
        int[] prompt = tokens(model, fields.text("prompt"));
        float[] logits = await(() -> engine.call(() -> logits(model, prompt)));
        LogProbabilities said = new LogProbabilities(logits);
        List<Sampling.Candidate> kept = sampling.candidates(new Chooser(sampling, prompt).penalised(logits));
        ObjectNode answer = JsonNodeFactory.instance.objectNode().put("kept", kept.size());
        ArrayNode list = answer.putArray("candidates");
        for (LogProbabilities.Scored scored : said.top(CANDIDATES)) {
            double chance = kept.stream()
                    .filter(candidate -> candidate.token() == scored.token())
                    .mapToDouble(Sampling.Candidate::probability)
                    .findFirst()
                    .orElse(0);
            list.addObject()
                    .put("text", show(model.tokenizer(), scored.token()))
                    .put("said", round(Math.exp(scored.logProbability())))
                    .put("chance", round(chance));
        }
        exchange.answer(200, answer);
    }

    private static float[] logits(ServedModel model, int... prompt) {
        int[] context = new ContextWindow(model.model().blockSize(), prompt).tokens();
        DecodeSession session = model.beams();
        try (DecodeSession.Sequence sequence = session.open(context)) {
            while (!sequence.isReady()) {
                session.step(List.of(sequence));
            }
            return sequence.logits().clone();
        }
    }

    /** The pipeline. */
    void inspect(Exchange exchange) throws ApiException, IOException, InterruptedException {
        Fields fields = new Fields(exchange.json());
        ServedModel model = reader.model(fields);
        int[] all = tokens(model, fields.text("prompt"));
        int most = Math.min(MOST_SHOWN, model.model().blockSize());
        int[] context = Arrays.copyOfRange(all, Math.max(0, all.length - most), all.length);
        Inspection seen = await(() -> engine.call(() -> new Inspection(model.weights(), model.kernels(), context)));
        exchange.answer(200, describe(model.tokenizer(), seen, all.length - context.length, context));
    }

    private static ObjectNode describe(Tokenizer tokenizer, Inspection seen, int leftOut, int... context) {
        ObjectNode answer =
                JsonNodeFactory.instance.objectNode().put("leftOut", leftOut).put("heads", seen.heads());
        ArrayNode tokens = answer.putArray("tokens");
        Arrays.stream(context).forEach(token -> tokens.add(show(tokenizer, token)));
        answer.set("embedding", numbers(seen.embeddingNorms()));
        ArrayNode layers = answer.putArray("layers");
        for (Inspection.LayerView layer : seen.layers()) {
            ObjectNode entry = layers.addObject();
            entry.set("attention", numbers(layer.attention()));
            entry.set("afterAttention", numbers(layer.normAfterAttention()));
            entry.set("afterMlp", numbers(layer.normAfterMlp()));
        }
        ArrayNode lens = answer.putArray("lens");
        for (int l = -1; l < seen.layers().size(); l++) {
            ArrayNode positions = lens.addArray();
            for (int t = 0; t < seen.length(); t++) {
                ArrayNode top = positions.addArray();
                for (LogProbabilities.Scored scored : seen.lens(l, t).top(LENS_CANDIDATES)) {
                    top.addObject()
                            .put("text", show(tokenizer, scored.token()))
                            .put("said", round(Math.exp(scored.logProbability())));
                }
            }
        }
        return answer;
    }

    /** A search, with all that was kept on the way. */
    void beams(Exchange exchange) throws ApiException, IOException, InterruptedException {
        Fields fields = new Fields(exchange.json());
        ServedModel model = reader.model(fields);
        BeamSearch.Request request = new BeamSearch.Request(
                tokens(model, fields.text("prompt")),
                fields.integer("tokens", 12, 1, MOST_BEAM_TOKENS),
                fields.integer("beams", 3, 1, ServedModel.MOST_BEAMS),
                fields.number("length_penalty", 1, -10, 10),
                tokens -> false);
        SearchTask.Found found = await(() -> engine.submit(new SearchTask(model, request)));
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ArrayNode nodes = answer.putArray("nodes");
        for (BeamSearch.Node node : found.nodes()) {
            nodes.addObject()
                    .put("number", node.number())
                    .put("parent", node.parent())
                    .put("text", show(model.tokenizer(), node.token()))
                    .put("logProbability", round(node.logProbability()))
                    .put("total", round(node.total()));
        }
        ArrayNode texts = answer.putArray("texts");
        for (BeamSearch.Text text : found.texts()) {
            texts.addObject()
                    .put("text", TextAssembler.whole(model.tokenizer().decode(text.tokens())))
                    .put("logProbability", round(text.logProbability()))
                    .put("node", text.node());
        }
        exchange.answer(200, answer);
    }

    private static int[] tokens(ServedModel model, String prompt) {
        int[] tokens = model.tokenizer().encodePrompt(prompt).tokens();
        return tokens.length == 0 ? new int[] {model.tokenizer().startToken()} : tokens;
    }

    private static String show(Tokenizer tokenizer, int token) {
        return TextAssembler.whole(tokenizer.decode(new int[] {token}));
    }

    private static ArrayNode numbers(float... values) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode(values.length);
        for (float value : values) {
            array.add(round(value));
        }
        return array;
    }

    /** To four digits after the point: more would be sent for nobody. */
    private static double round(double value) {
        return Math.round(value * 10_000) / 10_000.0;
    }

    @FunctionalInterface
    private interface Asking<T> {
        CompletableFuture<T> ask() throws QueueFullException;
    }

    private static <T> T await(Asking<T> asking) throws ApiException, InterruptedException {
        CompletableFuture<T> future;
        try {
            future = asking.ask();
        } catch (QueueFullException e) {
            throw ApiException.busy(e.getMessage());
        }
        try {
            return future.get(SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw ApiException.busy("that took more than " + SECONDS + " s");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IllegalArgumentException refused) {
                throw ApiException.invalid("prompt", refused.getMessage());
            }
            throw ApiException.failed("that failed: " + e.getCause().getClass().getSimpleName());
        } finally {
            future.cancel(false);
        }
    }
}
