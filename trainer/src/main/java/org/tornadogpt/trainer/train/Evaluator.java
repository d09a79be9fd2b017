package org.tornadogpt.trainer.train;

import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.tornadogpt.model.LossSource;
import org.tornadogpt.model.training.Batches;
import org.tornadogpt.trainer.data.Split;
import org.tornadogpt.trainer.ranks.Ranks;

/**
 * Mean losses over a fixed choice of batches of each part: every evaluation of a run looks at the same blocks, so that
 * its figures differ by the model alone.
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

    private final Ranks ranks;
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
        this(session, split, block, seed, count, Ranks.alone());
    }

    /**
     * Of a session.
     *
     * @param count batches of each part
     * @param ranks share them out, every n-th to each
     */
    public Evaluator(LossSource session, Split split, int block, long seed, int count, Ranks ranks) {
        this.ranks = ranks;
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
        return ranks.any(stop.getAsBoolean())
                ? Optional.empty()
                : Optional.of(new Losses(trainingLoss, validationLoss));
    }

    private double mean(Batches batches, BooleanSupplier stop) {
        int rounds = Math.ceilDiv(count, ranks.size());
        double[] own = new double[rounds];
        for (int i = 0; i < rounds && !stop.getAsBoolean(); i++) {
            int number = i * ranks.size() + ranks.rank();
            if (number < count) {
                batches.fill(number, 0, tokens, targets);
                own[i] = session.evaluate(tokens, targets);
            }
        }
        double[] all = ranks.gather(own);
        double sum = 0;
        for (int i = 0;
                i < count;
                i++) { // in the order of the batches, so that the sum has the same bits for any number of ranks
            sum += all[i % ranks.size() * rounds + i / ranks.size()];
        }
        return sum / count;
    }
}
