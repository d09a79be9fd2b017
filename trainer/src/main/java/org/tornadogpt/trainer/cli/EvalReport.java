package org.tornadogpt.trainer.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.tornadogpt.model.training.Part;
import org.tornadogpt.trainer.eval.BatchMeans;
import org.tornadogpt.trainer.eval.PositionRanges;
import org.tornadogpt.trainer.eval.TaskScores;
import org.tornadogpt.trainer.eval.TextScores;
import org.tornadogpt.trainer.eval.TextSize;
import org.tornadogpt.trainer.files.WholeFile;
import org.tornadogpt.trainer.plot.SeriesChart;
import org.tornadogpt.trainer.train.Evaluator;

/** What {@code tgpt eval} says of one model, or of several side by side. */
final class EvalReport {
    /** A whole text and a model. */
    private record Measured(String model, String part, EvaluatedText text, TextScores scores, TextSize size) {
        BatchMeans mean() {
            return scores.mean();
        }
    }

    private record Batches(String model, String part, double loss, double tokensPerCharacter, EvaluatedText text) {}

    private record Tasks(String model, TaskScores scores) {}

    private final Io io;
    private final int passages;
    private final List<Measured> texts = new ArrayList<>();
    private final List<Batches> batches = new ArrayList<>();
    private final List<Tasks> tasks = new ArrayList<>();

    /** @param passages how many of the best and of the worst to show */
    EvalReport(Io io, int passages) {
        this.io = io;
        this.passages = passages;
    }

    void addText(String model, String part, EvaluatedText text, TextScores scores) {
        texts.add(new Measured(model, part, text, scores, TextSize.of(scores.part(), text.tokenizer())));
    }

    void addBatches(String model, EvaluatedText text, Evaluator.Losses losses) {
        Part validation = text.split().validation();
        if (text.split().holdsOut()) {
            double perCharacter = text.tokensPerCharacter(text.split().training());
            batches.add(new Batches(model, "training", losses.training(), perCharacter, text));
            batches.add(
                    new Batches(model, "validation", losses.validation(), text.tokensPerCharacter(validation), text));
        } else {
            batches.add(
                    new Batches(model, "whole text", losses.validation(), text.tokensPerCharacter(validation), text));
        }
    }

    void addTasks(String model, TaskScores scores) {
        tasks.add(new Tasks(model, scores));
    }

    void print() {
        if (!batches.isEmpty()) {
            printBatches();
        } else if (tasks.isEmpty()) {
            printTexts();
        } else {
            new TaskTable(io)
                    .print(
                            tasks.stream().map(Tasks::model).toList(),
                            tasks.stream().map(Tasks::scores).toList());
        }
    }

    private void printBatches() {
        Table table = new Table("llrrr").row("part", "model", "loss", "perplexity", "bits/character");
        boolean one = batches.stream().map(Batches::model).distinct().count() == 1;
        Table plain = new Table("lrrr").row("part", "loss", "perplexity", "bits/character");
        for (Batches b : batches) {
            String bits = number(b.loss / Math.log(2) * b.tokensPerCharacter);
            table.row(b.part, b.model, number(b.loss), number(Math.exp(b.loss)), bits);
            plain.row(b.part, number(b.loss), number(Math.exp(b.loss)), bits);
        }
        (one ? plain : table).print(io);
        batches.getFirst().text.printNote(io);
    }

    private void printTexts() {
        if (texts.size() == 1) {
            printOne(texts.getFirst());
        } else {
            printSeveral();
        }
        for (Measured each : texts) {
            new ShownPassages(io, each.text, each.scores).print(texts.size() == 1 ? "" : each.model + ": ", passages);
        }
        texts.getFirst().text.printNote(io);
    }

    private void printOne(Measured m) {
        Table table =
                new Table("lrrrrr").row("part", "loss", "perplexity", "bits/character", "bits/byte", "95 % interval");
        table.row(cells(m.part, m));
        table.print(io);
        io.say(how(m));
        printPositions();
    }

    private static Object[] cells(String name, Measured m) {
        BatchMeans mean = m.mean();
        return new Object[] {
            name,
            number(mean.mean()),
            number(Math.exp(mean.mean())),
            number(m.size.bitsPerCharacter(mean.mean())),
            number(m.size.bitsPerByte(mean.mean())),
            plusMinus(mean)
        };
    }

    private static String how(Measured m) {
        BatchMeans mean = m.mean();
        String interval = Double.isNaN(mean.halfWidth())
                ? "no interval, the text is too short"
                : "the interval is of the loss, by batch means over " + mean.batches() + " stretches";
        return String.format(
                Locale.ROOT,
                "%,d tokens predicted, stride %d of a block of %d: each with at least %d before it where the text has"
                        + " them; %s",
                m.scores.losses().length,
                m.scores.stride(),
                m.scores.positionLosses().length,
                m.scores.positionLosses().length - m.scores.stride() + 1,
                interval);
    }

    private void printSeveral() {
        Table table = new Table("lrrrrrr")
                .row("model", "loss", "perplexity", "bits/character", "bits/byte", "95 % interval", "from the first");
        Measured first = texts.getFirst();
        for (int i = 0; i < texts.size(); i++) {
            Object[] cells = Arrays.copyOf(cells(texts.get(i).model, texts.get(i)), 7);
            cells[6] = i == 0 ? "" : difference(first, texts.get(i));
            table.row(cells);
        }
        table.print(io);
        texts.stream().map(EvalReport::how).distinct().forEach(io::say);
        io.say("differences are of the loss at the same tokens, whose interval is narrower than that of either");
        printPositions();
    }

    /** Of two models that read the same tokens. */
    private static String difference(Measured first, Measured other) {
        if (!sameTokens(first.scores, other.scores)) {
            return "other tokens";
        }
        double[] differences = IntStream.range(0, first.scores.losses().length)
                .mapToDouble(i -> other.scores.losses()[i] - first.scores.losses()[i])
                .toArray();
        BatchMeans mean = BatchMeans.of(differences);
        return String.format(Locale.ROOT, "%+.4f %s", mean.mean(), plusMinus(mean));
    }

    private static boolean sameTokens(TextScores one, TextScores other) {
        int length = one.losses().length;
        return length == other.losses().length && Arrays.equals(one.tokens(0, length + 1), other.tokens(0, length + 1));
    }

    private void printPositions() {
        io.out().println();
        Table table = new Table("r" + "r".repeat(texts.size()));
        Object[] header = new Object[texts.size() + 1];
        header[0] = "tokens before";
        for (int i = 0; i < texts.size(); i++) {
            header[i + 1] = texts.size() == 1 ? "loss" : texts.get(i).model;
        }
        table.row(header);
        List<List<PositionRanges>> ranges = texts.stream()
                .map(m -> PositionRanges.of(m.scores.positionLosses()))
                .toList();
        int rows = ranges.stream().mapToInt(List::size).max().orElse(0);
        for (int r = 0; r < rows; r++) {
            Object[] row = new Object[texts.size() + 1];
            for (int i = 0; i < texts.size(); i++) {
                boolean has = r < ranges.get(i).size();
                row[0] = has ? ranges.get(i).get(r) : row[0];
                row[i + 1] = has ? number(ranges.get(i).get(r).loss()) : "";
            }
            table.row(row);
        }
        table.print(io);
    }

    /** Writes {@code eval.json} and {@code positions.png}. */
    void write(Path folder) throws IOException {
        List<Map<String, Object>> all = new ArrayList<>();
        SeriesChart chart =
                new SeriesChart("Loss by context", "tokens before", "loss (nats per token)").logarithmic(true, false);
        for (Measured m : texts) {
            all.add(json(m));
            double[] losses = m.scores.positionLosses();
            int known =
                    (int) Arrays.stream(losses).filter(l -> !Double.isNaN(l)).count();
            chart.add(
                    m.model,
                    IntStream.rangeClosed(1, known).mapToObj(i -> (double) i).toList(),
                    Arrays.stream(losses, 0, known).boxed().toList(),
                    SeriesChart.Style.LINE);
        }
        WholeFile.write(
                folder.resolve("eval.json"),
                new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsBytes(all));
        chart.write(folder.resolve("positions.png"));
    }

    private static Map<String, Object> json(Measured m) {
        BatchMeans mean = m.mean();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("model", m.model);
        json.put("part", m.part);
        json.put("tokens", m.size.tokens());
        json.put("characters", m.size.characters());
        json.put("bytes", m.size.bytes());
        json.put("stride", m.scores.stride());
        json.put("block", m.scores.positionLosses().length);
        json.put("loss", mean.mean());
        json.put("lossHalfWidth95", Double.isNaN(mean.halfWidth()) ? null : mean.halfWidth());
        json.put("perplexity", Math.exp(mean.mean()));
        json.put("bitsPerCharacter", m.size.bitsPerCharacter(mean.mean()));
        json.put("bitsPerByte", m.size.bitsPerByte(mean.mean()));
        json.put(
                "positionLosses",
                Arrays.stream(m.scores.positionLosses())
                        .filter(l -> !Double.isNaN(l))
                        .toArray());
        return json;
    }

    private static String plusMinus(BatchMeans mean) {
        return Double.isNaN(mean.halfWidth()) ? "-" : String.format(Locale.ROOT, "±%.4f", mean.halfWidth());
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }
}
