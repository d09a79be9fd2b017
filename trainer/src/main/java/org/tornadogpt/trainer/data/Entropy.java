package org.tornadogpt.trainer.data;

/** Entropy of frequencies (Shannon 1948). */
final class Entropy {
    private Entropy() {}

    /** In bits: {@code -sum p log2 p} with {@code p} the share of each count; zeros have no part in it. */
    static double of(long... counts) {
        double total = 0;
        double sum = 0;
        for (long count : counts) {
            if (count > 0) {
                total += count;
                sum += count * Math.log((double) count);
            }
        }
        return total == 0 ? 0 : (Math.log(total) - sum / total) / Math.log(2);
    }
}
