package org.tornadogpt.trainer.train;

import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.tornadogpt.model.LossSource;
import org.tornadogpt.model.training.Batches;
import org.tornadogpt.trainer.data.Split;

/**
 * Mean losses over a fixed choice of batches of each part: every evaluation of a run looks at the same blocks, so that its
 * figures differ by the model alone.
 */
public final class Evaluator {
    /**
     * Two means.
     *
     * @param training mean loss over batches of the training part
     * @param validation mean loss over batches of the validation part
     */
    public record Losses(double training, double validation) {
        public boolean areFinite() {
            return Double.isFinite(training) && Double.isFinite(validation);
        }
    }

    private final LossSource session;
    private final Batches training;
    private final Batches validation;
    private final int count;
    private final int[] tokens;
    private final int[] targets;

    /**
     * Of a session.
     *
     * @param count batches of each part
     */
    public Evaluator(LossSource session, Split split, int block, long seed, int count) {
        this.session = session;
        this.count = count;
        training = new Batches(split.training(), session.batch(), block, seed, Batches.Purpose.EVALUATE_TRAINING);
        validation = new Batches(split.validation(), session.batch(), block, seed, Batches.Purpose.EVALUATE_VALIDATION);
        tokens = new int[training.size()];
        targets = new int[training.size()];
    }

    /** Both losses, or nothing if {@code stop} became true. */
    public Optional<Losses> evaluate(BooleanSupplier stop) {
        double trainingLoss = mean(training, stop);
        double validationLoss = mean(validation, stop);
        return stop.getAsBoolean() ? Optional.empty() : Optional.of(new Losses(trainingLoss, validationLoss));
    }

    private double mean(Batches batches, BooleanSupplier stop) {
        double sum = 0;
        for (int i = 0; i < count && !stop.getAsBoolean(); i++) {
            batches.fill(i, 0, tokens, targets);
            sum += session.evaluate(tokens, targets);
        }
        return sum / count;
    }
}
