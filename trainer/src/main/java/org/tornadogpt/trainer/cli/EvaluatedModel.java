package org.tornadogpt.trainer.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.model.Checkpoint;
import org.tornadogpt.model.LiveCheckpoint;
import org.tornadogpt.model.ScoringSession;
import org.tornadogpt.model.Weights;
import org.tornadogpt.trainer.settings.ConfigFile;
import org.tornadogpt.trainer.settings.TrainSettings;
import org.tornadogpt.trainer.settings.UsageException;
import org.tornadogpt.trainer.settings.Values;
import org.tornadogpt.trainer.train.RunFolder;

/** A trained model on a device, and what its run knows of it. */
final class EvaluatedModel implements AutoCloseable {
    /** Floats of all logits of a pass, which bound how many sequences it has. */
    private static final long MOST_LOGITS = 1 << 24;

    private final Io io;
    private final Path run;
    private final LiveCheckpoint live;
    private final ConfigFile.Content stored;
    private final Checkpoint opened;
    private TrainSettings settings;
    private KernelChoices kernels;
    private Weights weights;

    /** Opens a checkpoint; see {@link #load} for the rest. */
    EvaluatedModel(Io io, CheckpointOptions options) throws IOException {
        this.io = io;
        run = options.run();
        live = options.open(io, "eval");
        opened = live.checkpoint();
        stored = run == null ? null : RunFolder.readConfig(run);
    }

    /** For tables. */
    String name() {
        return run == null
                ? opened.folder().toString()
                : run.toAbsolutePath().normalize().getFileName().toString();
    }

    boolean isRun() {
        return run != null;
    }

    /** The run's settings; of a checkpoint alone only its block. */
    Values values() {
        Values values = new Values();
        if (run == null) {
            values.set("block", String.valueOf(opened.config().blockSize()));
        } else {
            values.putAll(stored.values());
        }
        return values;
    }

    /** SHA-256 of the text that the run trained on, where it is known. */
    Optional<String> ownText() {
        return run == null
                ? Optional.empty()
                : Optional.ofNullable(stored.facts().get(RunParts.DATA_SUM));
    }

    /** Takes the device and the memory, and loads the parameters. */
    void load(TrainSettings all, WeightOptions weightOptions) throws IOException {
        settings = all;
        kernels = DeviceOptions.open(all.device(), all.threads(), all.kernels());
        weights = weightOptions.open(opened.config().model(), kernels);
        live.restore(weights);
        CheckpointOptions.tellIfReplaced(io, live, opened);
    }

    Checkpoint checkpoint() {
        return opened;
    }

    TrainSettings settings() {
        return settings;
    }

    KernelChoices kernels() {
        return kernels;
    }

    Weights weights() {
        return weights;
    }

    /** A session of as many sequences as the run's batches have, fewer for large vocabularies. */
    ScoringSession scoring() {
        long each = (long) weights.model().blockSize() * weights.model().vocabularySize();
        int batch = Math.clamp(MOST_LOGITS / each, 1, settings.batches().batch());
        return Sessions.scoring(weights, kernels, batch);
    }

    /** T or, by {@code --stride}, less; half of T where nothing is said. */
    int stride(Integer asked) {
        int block = weights.model().blockSize();
        int stride = asked == null ? Math.max(1, block / 2) : asked;
        if (stride < 1 || stride > block) {
            throw new UsageException("--stride must be 1 to the model's block, " + block + ", got " + stride);
        }
        return stride;
    }

    @Override
    public void close() {
        if (kernels != null) {
            kernels.close();
        }
    }
}
