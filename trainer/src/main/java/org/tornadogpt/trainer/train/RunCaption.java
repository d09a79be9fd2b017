package org.tornadogpt.trainer.train;

import java.util.List;
import java.util.Locale;
import org.tornadogpt.model.LanguageModel;
import org.tornadogpt.model.tokenizer.Tokenizers;
import org.tornadogpt.model.training.LearningRate;
import org.tornadogpt.model.training.Part;
import org.tornadogpt.trainer.settings.BatchSettings;
import org.tornadogpt.trainer.settings.ScheduleSettings;
import org.tornadogpt.trainer.settings.TrainSettings;

/** What stands below the curves of a run: data, size and rate. */
final class RunCaption {
    private static final int LONGEST_NAME = 60;

    private RunCaption() {}

    static List<String> of(TrainSettings settings, LanguageModel model, Part training) {
        BatchSettings batches = settings.batches();
        String data = settings.data();
        int from = Math.max(0, data.length() - LONGEST_NAME);
        return List.of(
                String.format(
                        Locale.ROOT,
                        "data %s%s, %,d %s to train; %s, %,d parameters; %d x %d tokens a step%s",
                        from == 0 ? "" : "...",
                        data.substring(from),
                        training.length(),
                        settings.tokenizer().equals(Tokenizers.CHAR) ? "characters" : "tokens",
                        model.kind(),
                        model.parameters().size(),
                        batches.batch() * batches.microSteps(),
                        batches.block(),
                        dropout(settings)),
                rate(settings.schedule()) + ", weight decay "
                        + settings.optimizer().weightDecay() + ", seed " + settings.seed() + ", device "
                        + settings.device());
    }

    private static String dropout(TrainSettings settings) {
        String dropout = settings.values().get("dropout").orElse("0.0");
        return Double.parseDouble(dropout) == 0 ? "" : "; dropout " + dropout;
    }

    private static String rate(ScheduleSettings schedule) {
        String warmUp = schedule.warmupSteps() == 0
                ? ""
                : String.format(Locale.ROOT, ", warm-up %,d steps", schedule.warmupSteps());
        return "rate " + schedule.learningRate() + warmUp
                + (schedule.shape() == LearningRate.Shape.CONSTANT
                        ? ", constant"
                        : String.format(
                                Locale.ROOT,
                                ", cosine to %s at step %,d",
                                schedule.minLearningRate(),
                                schedule.decaySteps()));
    }
}
