package org.tornadogpt.checks.suite;

import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;

/** What a case's tensors hold. */
enum Inputs {
    /** Normal numbers. */
    NORMAL(1),
    /** Six times that: softmax picks few, squares and cubes grow. */
    LARGE(6 * 6 * 6),
    /** One number everywhere: variances are 0, and what divides by them is hundreds of times as large. */
    EQUAL(400),
    /** Zero but for every eleventh element. */
    ONE_HOT(400),
    /** Far below the smallest normal float. */
    DENORMAL(1),
    /** Normal, one element of one tensor NaN: it must come out wherever the reference has it. */
    WITH_NAN(1),
    /** The same with an infinity. */
    WITH_INFINITY(1);

    private static final float EQUAL_VALUE = 0.5f;
    private static final float HOT = 8f;
    private static final int HOT_EVERY = 11;
    private static final float DENORMAL_SCALE = 1e-40f;

    private final double budget;

    Inputs(double budget) {
        this.budget = budget;
    }

    /** By how much more than normal inputs these let rounding grow. */
    double budget() {
        return budget;
    }

    /** Whether results are compared for what is no number only. */
    boolean isPoisoned() {
        return this == WITH_NAN || this == WITH_INFINITY;
    }

    /** Values of tensor number {@code seed}, the same in every run. */
    float[] values(int seed, int size) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) random.nextGaussian();
        }
        switch (this) {
            case LARGE -> scale(values, 6f);
            case EQUAL -> Arrays.fill(values, EQUAL_VALUE);
            case ONE_HOT -> {
                for (int i = 0; i < size; i++) {
                    values[i] = i % HOT_EVERY == seed % HOT_EVERY ? HOT : 0f;
                }
            }
            case DENORMAL -> scale(values, DENORMAL_SCALE);
            default -> {}
        }
        return values;
    }

    private static void scale(float[] values, float factor) {
        for (int i = 0; i < values.length; i++) {
            values[i] *= factor;
        }
    }

    /** What a poisoned case puts into one element. */
    float poison() {
        return this == WITH_NAN ? Float.NaN : Float.POSITIVE_INFINITY;
    }

    /** For a sentence: "one-hot inputs". */
    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-') + " inputs";
    }
}
