package org.tornadogpt.bench.race;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

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
}
