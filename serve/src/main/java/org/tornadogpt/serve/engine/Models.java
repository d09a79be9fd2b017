package org.tornadogpt.serve.engine;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The models that can be asked for, by name. */
public final class Models {
    private final Map<String, ServedModel> byName = new LinkedHashMap<>();

    /** Adds a model. */
    public synchronized void add(ServedModel model) {
        if (byName.putIfAbsent(model.name(), model) != null) {
            throw new IllegalArgumentException("two models are called " + model.name());
        }
    }

    /** Forgets a model; texts that it is writing go on. */
    public synchronized void remove(String name) {
        byName.remove(name);
    }

    /** In the order in which they were added. */
    public synchronized List<ServedModel> all() {
        return List.copyOf(byName.values());
    }

    public synchronized Optional<ServedModel> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }
}
