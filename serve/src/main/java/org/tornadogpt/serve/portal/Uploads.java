package org.tornadogpt.serve.portal;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.model.CheckpointException;
import org.tornadogpt.model.LanguageModel;
import org.tornadogpt.model.Weights;
import org.tornadogpt.serve.engine.Engine;
import org.tornadogpt.serve.engine.Models;
import org.tornadogpt.serve.engine.QueueFullException;
import org.tornadogpt.serve.engine.ServedModel;
import org.tornadogpt.serve.http.ApiException;
import org.tornadogpt.serve.http.Exchange;

/**
 * Models that visitors bring: a zip with {@code model.safetensors}, {@code config.json} and {@code tokenizer.json}, in
 * whichever folder, of this program or of Hugging Face's {@code transformers}. It is checked as any file of strangers,
 * kept in memory, never on a disk, and forgotten after a time.
 */
public final class Uploads {
    /**
     * What is allowed.
     *
     * @param bytes of a zip, of what it unpacks to, and of the keys and values of its texts
     * @param models at a time
     * @param minutes until a model is forgotten that nobody has renewed
     * @param beyondLoopback whether others than this machine may bring one
     * @param batch most texts of a model written at a time
     */
    public record Limits(int bytes, int models, int minutes, boolean beyondLoopback, int batch) {}

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final int MEGABYTE = 1 << 20;

    private final Limits limits;
    private final Models models;
    private final Engine engine;
    private final KernelChoices kernels;
    private final boolean loopback;
    private final Map<String, Long> expiry = new LinkedHashMap<>();

    /**
     * None yet.
     *
     * @param loopback whether only this machine reaches the server
     */
    public Uploads(Limits limits, Models models, Engine engine, KernelChoices kernels, boolean loopback) {
        this.limits = limits;
        this.models = models;
        this.engine = engine;
        this.kernels = kernels;
        this.loopback = loopback;
    }

    private boolean isAllowed() {
        return loopback || limits.beyondLoopback;
    }

    ObjectNode describe() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("allowed", isAllowed())
                .put("megabytes", limits.bytes >> 20)
                .put("models", limits.models)
                .put("minutes", limits.minutes);
    }

    synchronized boolean has(String name) {
        expire();
        return expiry.containsKey(name);
    }

    private synchronized void expire() {
        long now = System.nanoTime();
        expiry.entrySet().removeIf(entry -> {
            boolean over = now - entry.getValue() > 0;
            if (over) {
                models.remove(entry.getKey());
            }
            return over;
        });
    }

    void take(Exchange exchange) throws ApiException, IOException, InterruptedException {
        if (!isAllowed()) {
            throw ApiException.refused(403, "uploads_not_allowed", "this server takes no models (--allow-upload)");
        }
        if (!exchange.header("Content-Type").orElse("").equals("application/zip")) {
            throw ApiException.refused(415, "unsupported_media_type", "a model must come as application/zip");
        }
        String name = exchange.query("name").orElse("");
        if (!NAME.matcher(name).matches()) {
            throw ApiException.invalid("name", "a name has 1 to 64 letters, digits, dots, dashes or underscores");
        }
        reserve(name);
        boolean taken = false;
        try {
            ServedModel model = load(name, exchange.body(limits.bytes));
            models.add(model);
            taken = true;
            exchange.answer(
                    200,
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("name", name)
                            .put("parameters", model.model().parameters().size()));
        } finally {
            if (!taken) {
                release(name);
            }
        }
    }

    /** Before the bytes are read, so that several at once cannot be more than are allowed. */
    private synchronized void reserve(String name) throws ApiException {
        expire();
        if (models.find(name).isPresent() || expiry.containsKey(name)) {
            throw ApiException.refused(409, "name_taken", "there is a model of that name");
        }
        if (expiry.size() >= limits.models) {
            throw ApiException.busy("there are " + limits.models + " models of visitors: forget one first");
        }
        expiry.put(name, System.nanoTime() + TimeUnit.MINUTES.toNanos(limits.minutes));
    }

    private synchronized void release(String name) {
        expiry.remove(name);
    }

    private ServedModel load(String name, byte... zip) throws ApiException, InterruptedException {
        try {
            Brought brought = Brought.read(ModelZip.read(limits.bytes, zip));
            int batch = batch(brought.config().model());
            return engine.call(() -> {
                        Weights weights = new Weights(brought.config().model(), kernels.device());
                        brought.loading().load(weights);
                        ServedModel model = new ServedModel(
                                name, brought.tokenizer(), weights, kernels, batch, System.currentTimeMillis() / 1000);
                        model.session();
                        return model;
                    })
                    .get();
        } catch (CheckpointException e) {
            throw ApiException.invalid("file", "damaged_model", e.getMessage());
        } catch (QueueFullException e) {
            throw ApiException.busy(e.getMessage());
        } catch (IOException e) {
            throw ApiException.invalid("file", "damaged_model", "the zip cannot be read: " + e.getMessage());
        } catch (OutOfMemoryError e) {
            throw ApiException.busy("there is no memory for this model");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof OutOfMemoryError) {
                throw ApiException.busy("there is no memory for this model");
            }
            throw ApiException.invalid(
                    "file",
                    "damaged_model",
                    "the model cannot be run: " + e.getCause().getMessage());
        }
    }

    /**
     * As many texts at a time as keys and values find room for in as much memory as a file may have: a block of any
     * length can be asked for by a file of few bytes.
     *
     * @throws CheckpointException if there is not even room for a search
     */
    private int batch(LanguageModel model) throws CheckpointException {
        long text = Math.max(1, ServedModel.cacheBytes(model));
        long texts = limits.bytes / text - 1;
        if (texts < ServedModel.MOST_BEAMS) {
            throw new CheckpointException("with its block of " + model.blockSize() + " tokens a text takes "
                    + (text + MEGABYTE - 1) / MEGABYTE + " MB of keys and values, and " + (ServedModel.MOST_BEAMS + 1)
                    + " of them more than the " + limits.bytes / MEGABYTE + " MB that a model may take");
        }
        return (int) Math.min(limits.batch, texts);
    }

    void forget(Exchange exchange) throws ApiException, IOException {
        String name = exchange.path("name");
        if (!has(name)) {
            throw ApiException.refused(404, "not_found", "there is no such model of a visitor");
        }
        release(name);
        models.remove(name);
        exchange.answer(200, JsonNodeFactory.instance.objectNode().put("name", name));
    }
}
