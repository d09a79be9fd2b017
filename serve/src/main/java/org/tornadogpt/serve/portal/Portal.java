package org.tornadogpt.serve.portal;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.tornadogpt.model.GptConfig;
import org.tornadogpt.serve.engine.Models;
import org.tornadogpt.serve.engine.ServedModel;
import org.tornadogpt.serve.http.Exchange;
import org.tornadogpt.serve.http.Route;

/** All that the page asks for. */
public final class Portal {
    private final Models models;
    private final Looks looks;
    private final Runs runs;
    private final Uploads uploads;

    public Portal(Models models, Looks looks, Runs runs, Uploads uploads) {
        this.models = models;
        this.looks = looks;
        this.runs = runs;
        this.uploads = uploads;
    }

    /** The page and its questions. */
    public List<Route> routes() {
        List<Route> routes = new ArrayList<>(Pages.routes());
        routes.add(Route.of("GET", "/portal/api/models", this::models));
        routes.add(Route.of("POST", "/portal/api/next", looks::next));
        routes.add(Route.of("POST", "/portal/api/inspect", looks::inspect));
        routes.add(Route.of("POST", "/portal/api/beams", looks::beams));
        routes.add(Route.of("GET", "/portal/api/runs", runs::list));
        routes.add(Route.of("GET", "/portal/api/runs/{name}", runs::curves));
        routes.add(Route.of("GET", "/portal/api/live", runs::live));
        routes.add(Route.of("POST", "/portal/api/uploads", uploads::take));
        routes.add(Route.of("DELETE", "/portal/api/uploads/{name}", uploads::forget));
        return routes;
    }

    private void models(Exchange exchange) throws IOException {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.set("upload", uploads.describe());
        ArrayNode list = answer.putArray("models");
        for (ServedModel model : models.all()) {
            ObjectNode entry = list.addObject()
                    .put("name", model.name())
                    .put("kind", model.model().kind())
                    .put("parameters", model.model().parameters().size())
                    .put("vocabulary", model.model().vocabularySize())
                    .put("block", model.model().blockSize())
                    .put("uploaded", uploads.has(model.name()));
            if (model.model().config() instanceof GptConfig gpt) {
                entry.put("layers", gpt.layers()).put("heads", gpt.heads()).put("channels", gpt.channels());
            }
        }
        exchange.answer(200, answer);
    }
}
