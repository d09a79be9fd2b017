package org.tornadogpt.serve.engine;

import java.util.List;
import org.tornadogpt.model.BeamSearch;

/** A search with beams. */
public final class SearchTask extends Task<SearchTask.Found> {
    /** What was found, and all that was kept on the way. */
    public record Found(List<BeamSearch.Text> texts, List<BeamSearch.Node> nodes) {
        public Found {
            texts = List.copyOf(texts);
            nodes = List.copyOf(nodes);
        }
    }

    private final ServedModel model;
    private final BeamSearch.Request request;
    private BeamSearch search;

    public SearchTask(ServedModel model, BeamSearch.Request request) {
        this.model = model;
        this.request = request;
    }

    @Override
    protected boolean step() {
        if (search == null) {
            search = new BeamSearch(model.beams(), request);
        }
        return search.step();
    }

    @Override
    protected Found result() {
        return new Found(search.texts(), search.nodes());
    }

    @Override
    protected void close() {
        if (search != null) {
            search.close();
        }
    }
}
