package org.tornadogpt.trainer.cli;

import java.nio.file.Path;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.tornadogpt.model.LanguageModel;
import org.tornadogpt.model.optimizer.Optimizer;
import org.tornadogpt.model.tokenizer.Tokenizers;
import org.tornadogpt.model.training.LearningRate;
import org.tornadogpt.model.training.Part;
import org.tornadogpt.trainer.data.Source;
import org.tornadogpt.trainer.data.Split;
import org.tornadogpt.trainer.settings.BatchSettings;
import org.tornadogpt.trainer.settings.Numbers;
import org.tornadogpt.trainer.settings.OptimizerSettings;
import org.tornadogpt.trainer.settings.ScheduleSettings;
import org.tornadogpt.trainer.settings.TrainSettings;

/** What is said before the first step. */
final class Banner {
    private static final int SKIPPED_SHOWN = 3;
    private static final int LABEL = 11;

    private final Io io;

    Banner(Io io) {
        this.io = io;
    }

    void line(String label, String text) {
        Lines.labelled(label, LABEL, text, io.screen()).forEach(io.out()::println);
    }

    void print(TrainSettings settings, Path run, String device, LanguageModel model) {
        line("program", Version.text() + ", " + Version.jvm());
        line(
                "time",
                ZonedDateTime.now(ZoneId.systemDefault())
                        .format(DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss xxx", Locale.ROOT)));
        line("device", device);
        line("run", run.toString());
        line("preset", String.format(Locale.ROOT, "%s, seed %d", settings.preset(), settings.seed()));
        line("model", String.format(Locale.ROOT, "%s, %,d parameters", model.kind(), (long)
                model.parameters().size()));
        BatchSettings batches = settings.batches();
        line(
                "steps",
                String.format(
                        Locale.ROOT,
                        "%,d of %d x %d tokens%s",
                        settings.steps(),
                        batches.batch(),
                        batches.block(),
                        batches.microSteps() == 1 ? "" : " x " + batches.microSteps() + " micro-steps"));
        line("rate", rate(settings.schedule(), settings.steps()));
        OptimizerSettings o = settings.optimizer();
        line("optimizer", optimizer(o));
    }

    private static String optimizer(OptimizerSettings o) {
        String muon = o.method() == Optimizer.Method.MUON
                ? "Muon for the blocks' matrices, rate " + Numbers.text(o.muonRate()) + ", momentum "
                        + Numbers.text(o.muonMomentum()) + "; "
                : "";
        String average = o.emaDecay() > 0 ? "; weights averaged with decay " + Numbers.text(o.emaDecay()) : "";
        return String.format(
                Locale.ROOT,
                "%sAdamW, betas %s %s, epsilon %s, weight decay %s, %s%s",
                muon,
                Numbers.text(o.beta1()),
                Numbers.text(o.beta2()),
                Numbers.text(o.epsilon()),
                Numbers.text(o.weightDecay()),
                o.clip() == 0 ? "no clipping" : "clip " + Numbers.text(o.clip()),
                average);
    }

    private static String rate(ScheduleSettings schedule, int steps) {
        String warmUp = schedule.warmupSteps() == 0 ? "" : ", warm-up " + schedule.warmupSteps() + " steps";
        String highest = Numbers.text(schedule.learningRate());
        if (schedule.shape() == LearningRate.Shape.CONSTANT) {
            return highest + warmUp + ", constant";
        }
        String end = schedule.decaySteps() == steps ? "" : " (the run stops at step " + steps + ")";
        return highest + warmUp + ", cosine to " + Numbers.text(schedule.minLearningRate()) + " at step "
                + schedule.decaySteps() + end;
    }

    void print(Texts texts) {
        Source source = texts.source();
        Split split = texts.split();
        boolean characters = texts.tokenizerName().equals(Tokenizers.CHAR);
        line(
                "data",
                String.format(
                        Locale.ROOT,
                        "%s: %,d %s%s%s",
                        source.spec(),
                        source.files(),
                        source.files() == 1 ? "file" : "files",
                        texts.characters() < 0
                                ? ""
                                : String.format(Locale.ROOT, ", %,d characters", texts.characters()),
                        characters ? ", " + texts.tokenizer().vocabularySize() + " distinct" : ""));
        if (!characters) {
            tokenizer(texts);
        }
        if (!source.changed().isEmpty()) {
            line("", source.changed() + " (--keep-line-endings leaves them)");
        }
        for (int i = 0; i < Math.min(SKIPPED_SHOWN, source.skipped().size()); i++) {
            line("", String.format(Locale.ROOT, "left out: %s", source.skipped().get(i)));
        }
        if (source.skipped().size() > SKIPPED_SHOWN) {
            line(
                    "",
                    String.format(
                            Locale.ROOT, "left out: %d more", source.skipped().size() - SKIPPED_SHOWN));
        }
        if (split.holdsOut()) {
            line(
                    "split",
                    String.format(
                            Locale.ROOT,
                            "first %s to train, last %s to validate",
                            part(split.training()),
                            part(split.validation())));
        } else {
            line("split", "none (validation=0): training and validation are the same text");
        }
        io.out().println();
        io.out().flush();
    }

    private void tokenizer(Texts texts) {
        long tokens = texts.split().training().tokens().length();
        line(
                "tokenizer",
                String.format(
                        Locale.ROOT,
                        "%s: vocabulary of %,d, %,d tokens%s",
                        texts.tokenizerName(),
                        texts.tokenizer().vocabularySize(),
                        tokens,
                        texts.characters() < 0
                                ? ""
                                : String.format(
                                        Locale.ROOT, ", %.2f characters each", (double) texts.characters() / tokens)));
    }

    private static String part(Part part) {
        return String.format(Locale.ROOT, "%,d", part.length());
    }
}
