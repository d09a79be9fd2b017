package org.tornadogpt.bench.race;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Locale;

/**
 * How one variant did at one shape.
 *
 * @param note why it was not timed, or what to know of the numbers
 * @param millis median of forward and backward together
 * @param ratio the base variant's time divided by this one's
 * @param low of the ratio's 95 % interval
 * @param significant whether that interval excludes 1
 * @param roofline per cent of the processor's fused multiply-add ceiling
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Lap(
        String variant,
        List<Integer> sizes,
        int size,
        String note,
        Double millis,
        Double gflops,
        Double roofline,
        Long bytes,
        Double ratio,
        Double low,
        Double high,
        Boolean significant) {
    static Lap untimed(String variant, RaceShape shape, String note) {
        return new Lap(variant, shape.sizes(), shape.size(), note, null, null, null, null, null, null, null, null);
    }

    /** Whether it was timed. */
    public boolean timed() {
        return millis != null;
    }

    /**
     * "1.32 times as fast (1.28 to 1.36)", "takes 4.0 times as long (3.9 to 4.2)" or "not significant (0.95 to 1.02)".
     */
    public String speed() {
        if (!significant) {
            return String.format(Locale.ROOT, "not significant (%.2f to %.2f)", low, high);
        }
        return ratio >= 1
                ? String.format(Locale.ROOT, "%.2f times as fast (%.2f to %.2f)", ratio, low, high)
                : String.format(Locale.ROOT, "takes %.1f times as long (%.1f to %.1f)", 1 / ratio, 1 / high, 1 / low);
    }
}
