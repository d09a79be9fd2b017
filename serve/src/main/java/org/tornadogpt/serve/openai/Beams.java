package org.tornadogpt.serve.openai;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.tornadogpt.model.BeamSearch;
import org.tornadogpt.model.text.StopSearch;
import org.tornadogpt.serve.engine.Engine;
import org.tornadogpt.serve.engine.QueueFullException;
import org.tornadogpt.serve.engine.SearchTask;
import org.tornadogpt.serve.engine.TextListener.Ending;
import org.tornadogpt.serve.http.ApiException;
import org.tornadogpt.serve.http.Exchange;

/** Answers with the texts of a search with beams, the best first. */
final class Beams {
    private final Engine engine;

    Beams(Engine engine) {
        this.engine = engine;
    }

    void answer(Exchange exchange, Spec spec) throws ApiException, IOException, InterruptedException {
        StopSearch stops = new StopSearch(spec.model().tokenizer(), spec.stops());
        BeamSearch.Request request = new BeamSearch.Request(
                spec.prompts().getFirst().tokens(), spec.tokens(), spec.beams(), spec.lengthPenalty(), stops::contains);
        CompletableFuture<SearchTask.Found> future;
        try {
            future = engine.submit(new SearchTask(spec.model(), request));
        } catch (QueueFullException e) {
            throw ApiException.busy(e.getMessage());
        }
        try {
            SearchTask.Found found = await(exchange, future);
            List<Answer.Finished> finished = new ArrayList<>();
            int tokens = 0;
            for (BeamSearch.Text text :
                    found.texts().subList(0, Math.min(spec.n(), found.texts().size()))) {
                tokens += text.tokens().length;
                finished.add(new Answer.Finished(
                        stops.cut(text.tokens()), List.of(), text.ended() ? Ending.STOPPED : Ending.LENGTH));
            }
            OpenAi.finish(exchange, new Answer(spec).whole(finished, tokens));
        } finally {
            future.cancel(false);
        }
    }

    private static <T> T await(Exchange exchange, CompletableFuture<T> future)
            throws ApiException, IOException, InterruptedException {
        while (true) {
            try {
                return future.get(1, TimeUnit.SECONDS);
            } catch (TimeoutException e) {
                OpenAi.pulse(exchange);
            } catch (ExecutionException e) {
                throw ApiException.failed("the search failed: " + e.getCause().getMessage());
            }
        }
    }
}
