package org.tornadogpt.trainer.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.tornadogpt.model.EvaluationSession;
import org.tornadogpt.model.training.Part;
import org.tornadogpt.trainer.eval.ContinuationScorer;
import org.tornadogpt.trainer.eval.TaskFile;
import org.tornadogpt.trainer.eval.TaskItem;
import org.tornadogpt.trainer.eval.TaskScores;
import org.tornadogpt.trainer.eval.TextScores;
import org.tornadogpt.trainer.settings.Keys;
import org.tornadogpt.trainer.settings.TrainSettings;
import org.tornadogpt.trainer.settings.UsageException;
import org.tornadogpt.trainer.settings.Values;
import org.tornadogpt.trainer.train.Evaluator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tgpt eval}. */
@Command(
        name = "eval",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = {
            "Measures trained models: loss, perplexity, bits per character and per byte of a whole text, by a window that"
                    + " slides over it, with a 95 %% interval.",
            "Without --data on the run's own text, split as in training: on all of its validation part."
        },
        footer = {
            "",
            "  tgpt eval --run runs/NAME                     the whole validation part",
            "  tgpt eval runs/one runs/other --data book.txt  side by side, on any text",
            "  tgpt eval --run runs/NAME --tasks FILE.jsonl  multiple choice, last words"
        })
final class EvalCommand implements Callable<Integer> {
    private static final String TRAINING = "training";
    private static final String VALIDATION = "validation";

    private final Io io;

    @Parameters(
            paramLabel = "RUN",
            arity = "0..*",
            description = "Folders of runs, or of checkpoints, to be compared with the first.")
    private List<Path> several = new ArrayList<>();

    @Mixin
    private CheckpointOptions model = new CheckpointOptions();

    @Option(
            names = "--data",
            paramLabel = "WHAT",
            description = "Another text, taken as a whole; see 'tgpt data list'.")
    private String data;

    @Option(
            names = "--part",
            paramLabel = "PART",
            description = "validation or training: which part of the run's own text [validation].")
    private String part = VALIDATION;

    @Option(
            names = "--stride",
            paramLabel = "N",
            description = "Tokens by which the window advances: each token has at least block - N before it"
                    + " [half of the block].")
    private Integer stride;

    @Option(
            names = "--passages",
            paramLabel = "N",
            description = "Shows so many of the best and of the worst passages [3].")
    private int passages = 3;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Puts eval.json and positions.png (loss by tokens of context) there.")
    private Path out;

    @Option(
            names = "--batches",
            paramLabel = "N",
            description = "Measures N random batches of both parts instead, as evaluations in training do.")
    private String count;

    @Option(
            names = "--tasks",
            paramLabel = "FILE",
            description = "Scores a JSONL file instead: ctx, endings, label (as HellaSwag) or text (as LAMBADA).")
    private Path tasks;

    @Option(
            names = "--keep-line-endings",
            description = "Leaves CR LF, CR and byte order marks in the text [as in training].")
    private boolean keepLineEndings;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Sets a key of how text is read, such as maxFiles; repeatable. See 'tgpt presets --keys'.")
    private List<String> pairs = new ArrayList<>();

    @Mixin
    private WeightOptions weightOptions = new WeightOptions();

    @Mixin
    private DeviceOptions options = new DeviceOptions();

    EvalCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() throws Exception {
        check();
        EvalReport report = new EvalReport(io, passages);
        for (CheckpointOptions each : models()) {
            try (EvaluatedModel opened = new EvaluatedModel(io, each)) {
                if (!opened.isRun() && data == null && tasks == null) {
                    throw new UsageException("--checkpoint needs --data: only a run knows its text");
                }
                opened.load(settings(opened), weightOptions);
                if (!evaluate(opened, report)) {
                    return ExitCode.INTERRUPTED;
                }
            }
        }
        report.print();
        if (out != null) {
            Files.createDirectories(out);
            report.write(out);
            io.say("written: " + out.resolve("eval.json") + ", " + out.resolve("positions.png"));
        }
        return ExitCode.OK;
    }

    private void check() {
        weightOptions.type();
        if (!List.of(VALIDATION, TRAINING).contains(part)) {
            throw new UsageException("--part takes validation or training, got '" + part + "'");
        }
        if (!several.isEmpty() && !model.isEmpty()) {
            throw new UsageException("name runs one by one or with --run, not both");
        }
        if (tasks != null && (data != null || count != null || out != null)) {
            throw new UsageException("--tasks brings its own text: leave --data, --batches and --out out");
        }
        if (count != null && (stride != null || out != null)) {
            throw new UsageException("--batches are random: leave --stride and --out out");
        }
        if (passages < 0) {
            throw new UsageException("--passages must be 0 or more, got " + passages);
        }
    }

    private List<CheckpointOptions> models() {
        return several.isEmpty()
                ? List.of(model)
                : several.stream().map(EvalCommand::runOrCheckpoint).toList();
    }

    private static CheckpointOptions runOrCheckpoint(Path folder) {
        boolean checkpoint = Files.exists(folder.resolve("model.safetensors"));
        return checkpoint ? CheckpointOptions.ofCheckpoint(folder) : CheckpointOptions.ofRun(folder);
    }

    /** @return false if interrupted */
    private boolean evaluate(EvaluatedModel opened, EvalReport report) throws IOException {
        if (tasks != null) {
            return scoreTasks(opened, report);
        }
        TrainSettings settings = opened.settings();
        EvaluatedText text = EvaluatedText.read(
                io, opened.checkpoint(), settings, data == null ? opened.ownText() : Optional.empty());
        return count == null ? measureText(opened, text, report) : measureBatches(opened, text, report);
    }

    private boolean scoreTasks(EvaluatedModel opened, EvalReport report) throws IOException {
        List<TaskItem> items = TaskFile.read(tasks);
        ContinuationScorer scorer = new ContinuationScorer(
                Sessions.scoring(opened.weights(), opened.kernels(), 1),
                opened.checkpoint().tokenizer());
        Optional<TaskScores> scores = TaskScores.of(scorer, items, io.interrupted());
        scores.ifPresent(s -> report.addTasks(opened.name(), s));
        return scores.isPresent();
    }

    private boolean measureText(EvaluatedModel opened, EvaluatedText text, EvalReport report) {
        boolean training = part.equals(TRAINING) && text.split().holdsOut();
        Part measured = training ? text.split().training() : text.split().validation();
        String name = text.split().holdsOut() ? part : "whole text";
        int advance = opened.stride(stride);
        Optional<TextScores> scores = TextScores.of(opened.scoring(), measured, advance, io.interrupted());
        scores.ifPresent(s -> report.addText(opened.name(), name, text, s));
        return scores.isPresent();
    }

    private boolean measureBatches(EvaluatedModel opened, EvaluatedText text, EvalReport report) {
        TrainSettings settings = opened.settings();
        EvaluationSession session = Sessions.evaluation(
                opened.weights(), opened.kernels(), settings.batches().batch());
        Evaluator evaluator = new Evaluator(
                session,
                text.split(),
                settings.batches().block(),
                settings.seed(),
                settings.evaluation().evalBatches());
        Optional<Evaluator.Losses> losses = evaluator.evaluate(io.interrupted());
        losses.ifPresent(l -> report.addBatches(opened.name(), text, l));
        return losses.isPresent();
    }

    private TrainSettings settings(EvaluatedModel opened) {
        Values values = opened.values();
        if (data != null) {
            values.set("data", data);
            values.set("validation", "0");
        }
        if (keepLineEndings) {
            values.set("keepLineEndings", "true");
        }
        pairs.forEach(pair -> values.setPair(pair, Keys.TEXT));
        if (count != null) {
            values.set("evalBatches", count);
        }
        options.addTo(values);
        return TrainSettings.of(values);
    }
}
