package org.tornadogpt.trainer.train;

import java.util.Locale;

/** The line shown at each evaluation. */
final class EvaluationLine {
    private EvaluationLine() {}

    /**
     * For example {@code [ 200/3000]  6.7% train=2.5428 val=2.8737 elapsed=161s ETA=2239s << best!}.
     *
     * @param remaining seconds, NaN if not known yet
     */
    static String of(long step, long steps, double train, double val, double elapsed, double remaining, boolean best) {
        String total = String.valueOf(steps);
        String done =
                " ".repeat(Math.max(0, total.length() - String.valueOf(step).length())) + step;
        String eta = Double.isNaN(remaining) ? "?" : Math.round(remaining) + "s";
        return String.format(
                Locale.ROOT,
                "[%s/%s] %4.1f%% train=%.4f val=%.4f elapsed=%ds ETA=%s%s",
                done,
                total,
                100.0 * step / steps,
                train,
                val,
                Math.round(elapsed),
                eta,
                best ? " << best!" : "");
    }
}
