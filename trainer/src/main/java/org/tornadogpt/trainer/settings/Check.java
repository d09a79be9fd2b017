package org.tornadogpt.trainer.settings;

/** Range checks that name the key. */
final class Check {
    private Check() {}

    static void that(boolean holds, String key, String must, Object got) {
        if (!holds) {
            throw new UsageException(
                    key + " must be " + must + ", got " + (got instanceof Double number ? Numbers.text(number) : got));
        }
    }

    static void positive(String key, long value) {
        that(value > 0, key, "positive", value);
    }

    static void notNegative(String key, long value) {
        that(value >= 0, key, "zero or more", value);
    }

    static void notNegative(String key, double value) {
        that(value >= 0, key, "zero or more", value);
    }
}
