package org.tornadogpt.trainer.settings;

/**
 * When to look and when to save.
 *
 * @param evalInterval steps between evaluations
 * @param evalBatches batches averaged in an evaluation, of each part
 * @param patience evaluations without a new best before stopping, 0 for never
 * @param checkpointInterval steps between checkpoints besides those at evaluations, 0 for none
 * @param checkpointMinutes age at which the latest checkpoint is replaced whatever the step, 0 for never
 * @param logInterval steps between lines of {@code metrics.jsonl}
 */
public record EvaluationSettings(
        int evalInterval,
        int evalBatches,
        int patience,
        int checkpointInterval,
        double checkpointMinutes,
        int logInterval) {
    public EvaluationSettings {
        Check.positive("evalInterval", evalInterval);
        Check.positive("evalBatches", evalBatches);
        Check.notNegative("patience", patience);
        Check.notNegative("checkpointInterval", checkpointInterval);
        Check.notNegative("checkpointMinutes", checkpointMinutes);
        Check.positive("logInterval", logInterval);
    }

    static EvaluationSettings of(Values values) {
        return new EvaluationSettings(
                values.integer("evalInterval"),
                values.integer("evalBatches"),
                values.integer("patience"),
                values.integer("checkpointInterval"),
                values.number("checkpointMinutes"),
                values.integer("logInterval"));
    }

    /**
     * Whether a run of {@code steps} steps evaluates after {@code step} of them: at the start, at the end, and in
     * between.
     */
    public boolean isDue(long step, long steps) {
        return step % evalInterval == 0 || step == steps;
    }

    /** Evaluations to come after {@code step} steps. */
    public long remaining(long step, long steps) {
        long regular = steps / evalInterval - step / evalInterval;
        long atTheEnd = steps % evalInterval != 0 && step < steps ? 1 : 0;
        return regular + atTheEnd;
    }
}
