package org.tornadogpt.serve.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.model.Checkpoint;
import org.tornadogpt.model.CheckpointException;
import org.tornadogpt.model.LiveCheckpoint;
import org.tornadogpt.model.Weights;
import org.tornadogpt.model.bridge.PeftFolder;
import org.tornadogpt.model.layer.ParameterLayout;
import org.tornadogpt.serve.engine.ServedModel;
import org.tornadogpt.trainer.cli.Io;
import org.tornadogpt.trainer.cli.WeightOptions;
import org.tornadogpt.trainer.settings.UsageException;
import org.tornadogpt.trainer.train.RunFolder;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which models are served, and under which names. */
final class ModelOptions {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    @Option(
            names = "--run",
            paramLabel = "DIR",
            description = "Folder of a run, served under the folder's name; repeatable. Its best checkpoint is used.")
    private List<Path> runs = new ArrayList<>();

    @Option(
            names = "--lora",
            paramLabel = "NAME[@RUN]=DIR",
            description = {
                "Folder of adapters, of 'tgpt train --lora' or of peft, served as model NAME over the run's model;",
                "repeatable. @RUN, the run's name, says over which of several."
            })
    private List<String> adapters = new ArrayList<>();

    @Mixin
    private WeightOptions stored = new WeightOptions();

    /**
     * A model to be loaded.
     *
     * @param adapter folder of adapters to add, null for none
     */
    private record Source(Path run, Path adapter) {
        @Override
        public String toString() {
            return adapter == null ? run.toString() : adapter.toString();
        }
    }

    /**
     * What is asked for, by name.
     *
     * @throws UsageException if nothing is, or two things under one name
     */
    private Map<String, Source> sources() {
        if (runs.isEmpty()) {
            throw new UsageException("give at least one --run DIR");
        }
        Map<String, Source> sources = new LinkedHashMap<>();
        for (Path run : runs) {
            add(sources, String.valueOf(run.toAbsolutePath().normalize().getFileName()), new Source(run, null));
        }
        List<String> names = List.copyOf(sources.keySet());
        for (String adapter : adapters) {
            add(sources, adapter, names);
        }
        return sources;
    }

    private static void add(Map<String, Source> sources, String name, Source source) {
        Source other = sources.putIfAbsent(name, source);
        if (other != null) {
            throw new UsageException(other + " and " + source + " would both be called " + name
                    + ": rename one of the folders, or serve it by another server");
        }
    }

    private static void add(Map<String, Source> sources, String adapter, List<String> runs) {
        int equals = adapter.indexOf('=');
        String names = equals < 0 ? "" : adapter.substring(0, equals);
        int at = names.indexOf('@');
        String name = at < 0 ? names : names.substring(0, at);
        if (!NAME.matcher(name).matches()) {
            throw new UsageException("--lora takes NAME=DIR, the name of letters, digits, dots, dashes or underscores,"
                    + " got '" + adapter + "'");
        }
        if (at < 0 && runs.size() > 1) {
            throw new UsageException("--lora " + adapter + ": say over which run, " + name
                    + "@RUN=DIR, RUN being one of " + String.join(", ", runs));
        }
        String run = at < 0 ? runs.getFirst() : names.substring(at + 1);
        if (!runs.contains(run)) {
            throw new UsageException(
                    "--lora " + adapter + ": no run is called " + run + "; there are " + String.join(", ", runs));
        }
        add(sources, name, new Source(sources.get(run).run(), Path.of(adapter.substring(equals + 1))));
    }

    /** Before anything is opened. */
    void check() {
        stored.type();
        sources();
    }

    /** Loads all; each is told as soon as it is there. */
    List<ServedModel> load(Io io, KernelChoices kernels, int batch) throws IOException {
        List<ServedModel> models = new ArrayList<>();
        for (Map.Entry<String, Source> entry : sources().entrySet()) {
            models.add(load(io, entry.getKey(), entry.getValue(), kernels, batch));
        }
        return models;
    }

    private ServedModel load(Io io, String name, Source source, KernelChoices kernels, int batch) throws IOException {
        LiveCheckpoint live = LiveCheckpoint.open(RunFolder.forUse(source.run()));
        Weights weights = stored.open(live.checkpoint().config().model(), kernels);
        String said = "";
        if (source.adapter() == null) {
            live.restore(weights);
        } else {
            said = ", with " + merge(live, source.adapter(), weights);
        }
        Checkpoint checkpoint = live.checkpoint();
        long created = Files.getLastModifiedTime(checkpoint.folder()).to(TimeUnit.SECONDS);
        ServedModel model = new ServedModel(name, checkpoint.tokenizer(), weights, kernels, batch, created);
        model.session();
        io.err()
                .println("model " + name + ": " + checkpoint.folder() + ", step "
                        + checkpoint.state().step() + said);
        return model;
    }

    /** Adds adapters in full precision; only the sum is rounded, where the model is kept so. */
    private static String merge(LiveCheckpoint live, Path adapter, Weights weights) throws IOException {
        Weights whole = new Weights(weights.model(), weights.device());
        live.restore(whole);
        int matrices;
        try {
            matrices = PeftFolder.merge(adapter, whole);
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(adapter + " cannot be added: " + e.getMessage(), e);
        }
        for (ParameterLayout.Parameter p : weights.model().parameters().all()) {
            Slice from = whole.parameters().get(p.name()).slice();
            Slice to = weights.parameters().get(p.name()).slice();
            for (int i = 0; i < from.length(); i++) {
                to.set(i, from.get(i));
            }
        }
        weights.changed();
        return matrices + " matrices changed by " + adapter;
    }
}
