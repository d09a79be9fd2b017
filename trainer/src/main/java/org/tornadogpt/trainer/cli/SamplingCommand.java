package org.tornadogpt.trainer.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.tornadogpt.model.DecodeSession;
import org.tornadogpt.trainer.eval.SamplingStudy;
import org.tornadogpt.trainer.files.WholeFile;
import org.tornadogpt.trainer.plot.SeriesChart;
import org.tornadogpt.trainer.settings.SampleSettings;
import org.tornadogpt.trainer.settings.TrainSettings;
import org.tornadogpt.trainer.settings.UsageException;
import org.tornadogpt.trainer.settings.Values;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tgpt sampling}. */
@Command(
        name = "sampling",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = {
            "Shows what temperature and top-p do: has a model write texts in every combination, and tells how varied they are,"
                    + " how much they repeat, and how likely the model holds them, beside the text that it learnt from."
        })
final class SamplingCommand implements Callable<Integer> {
    private final Io io;

    @Mixin
    private CheckpointOptions model = new CheckpointOptions();

    @Option(names = "--temperatures", paramLabel = "X,X,...", split = ",", description = "[0.5,0.8,1,1.2]")
    private List<Double> temperatures = List.of(0.5, 0.8, 1.0, 1.2);

    @Option(names = "--top-p", paramLabel = "X,X,...", split = ",", description = "[0.5,0.8,0.95,1]")
    private List<Double> topPs = List.of(0.5, 0.8, 0.95, 1.0);

    @Option(names = "--samples", paramLabel = "N", description = "Texts of each combination [8].")
    private int samples = 8;

    @Option(names = "--tokens", paramLabel = "N", description = "Of each text [256].")
    private int tokens = 256;

    @Option(names = "--prompt", paramLabel = "TEXT", description = "What texts continue; \\n is a new line [\\n].")
    private String prompt = "\\n";

    @Option(names = "--seed", paramLabel = "N", description = "Of the first text; the next has the next [1337].")
    private long seed = 1337;

    @Option(names = "--out", paramLabel = "DIR", description = "Where table and pictures go [RUN/sampling].")
    private Path out;

    @Mixin
    private DeviceOptions options = new DeviceOptions();

    SamplingCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() throws Exception {
        check();
        try (EvaluatedModel opened = new EvaluatedModel(io, model)) {
            Values values = opened.values();
            options.addTo(values);
            opened.load(TrainSettings.of(values), new WeightOptions());
            SamplingStudy study = new SamplingStudy(
                    new DecodeSession(opened.weights(), opened.kernels(), samples),
                    opened.scoring(),
                    opened.checkpoint().tokenizer(),
                    tokens);
            List<SamplingStudy.Cell> cells = new ArrayList<>();
            int[] context = Prompt.of(io, opened.checkpoint().tokenizer(), SampleSettings.typed(prompt))
                    .context();
            for (double topP : topPs) {
                for (double temperature : temperatures) {
                    Optional<SamplingStudy.Cell> cell = study.write(context, temperature, topP, seed, io.interrupted());
                    if (cell.isEmpty()) {
                        return ExitCode.INTERRUPTED;
                    }
                    cells.add(cell.get());
                }
            }
            write(cells, opened.isRun() ? Optional.of(reference(opened, study)) : Optional.empty());
        }
        return ExitCode.OK;
    }

    private void check() {
        if (samples < 1 || tokens < 4) {
            throw new UsageException(
                    "--samples must be 1 or more and --tokens 4 or more, got " + samples + " and " + tokens);
        }
        if (temperatures.stream().anyMatch(t -> !(t >= 0 && t < 100))) {
            throw new UsageException("temperatures are 0 to 100, got " + temperatures);
        }
        if (topPs.stream().anyMatch(p -> !(p > 0 && p <= 1))) {
            throw new UsageException("top-p is above 0 and at most 1, got " + topPs);
        }
        if (model.run() == null && out == null) {
            throw new UsageException("--checkpoint needs --out, where table and pictures go");
        }
    }

    private SamplingStudy.Cell reference(EvaluatedModel opened, SamplingStudy study) throws IOException {
        EvaluatedText text = EvaluatedText.read(io, opened.checkpoint(), opened.settings(), opened.ownText());
        return study.ofText(text.split().validation(), samples);
    }

    private void write(List<SamplingStudy.Cell> cells, Optional<SamplingStudy.Cell> reference) throws IOException {
        List<String> lines = new ArrayList<>(List.of(
                "| temperature | top-p | distinct-1 | distinct-2 | distinct-3 | repetition | perplexity |",
                "|--:|--:|--:|--:|--:|--:|--:|"));
        cells.forEach(cell -> lines.add(row(cell.temperature() + " | " + cell.topP(), cell)));
        reference.ifPresent(cell -> lines.add(row("the text | itself", cell)));
        lines.forEach(io.out()::println);
        lines.add("");
        for (SamplingStudy.Cell cell : cells) {
            lines.add("temperature " + cell.temperature() + ", top-p " + cell.topP() + ":");
            lines.addAll(List.of("", "```", cell.sample(), "```", ""));
        }
        Path folder = out == null ? model.run().resolve("sampling") : out;
        Files.createDirectories(folder);
        WholeFile.write(folder.resolve("sampling.md"), String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
        draw(cells, reference, folder);
        io.say("written: " + folder.resolve("sampling.md") + " with a text of each, perplexity.png and variety.png");
    }

    private static String row(String name, SamplingStudy.Cell cell) {
        return String.format(
                Locale.ROOT,
                "| %s | %.3f | %.3f | %.3f | %.3f | %.3f |",
                name,
                cell.variety().distinct1(),
                cell.variety().distinct2(),
                cell.variety().distinct3(),
                cell.variety().repetition(),
                cell.perplexity());
    }

    private void draw(List<SamplingStudy.Cell> cells, Optional<SamplingStudy.Cell> reference, Path folder)
            throws IOException {
        SeriesChart perplexity = new SeriesChart("Perplexity of texts under the model", "temperature", "perplexity")
                .logarithmic(false, true);
        SeriesChart variety =
                new SeriesChart("Variety of texts", "temperature", "different pairs of pieces (distinct-2)");
        for (double topP : topPs) {
            List<SamplingStudy.Cell> some =
                    cells.stream().filter(c -> c.topP() == topP).toList();
            List<Double> x = some.stream().map(SamplingStudy.Cell::temperature).toList();
            perplexity.add(
                    "top-p " + topP,
                    x,
                    some.stream().map(SamplingStudy.Cell::perplexity).toList(),
                    SeriesChart.Style.MARKED_LINE);
            variety.add(
                    "top-p " + topP,
                    x,
                    some.stream().map(c -> c.variety().distinct2()).toList(),
                    SeriesChart.Style.MARKED_LINE);
        }
        reference.ifPresent(cell -> {
            perplexity.add("the text itself", temperatures, level(cell.perplexity()), SeriesChart.Style.LINE);
            variety.add("the text itself", temperatures, level(cell.variety().distinct2()), SeriesChart.Style.LINE);
        });
        perplexity.write(folder.resolve("perplexity.png"));
        variety.write(folder.resolve("variety.png"));
    }

    private List<Double> level(double value) {
        return temperatures.stream().map(t -> value).toList();
    }
}
