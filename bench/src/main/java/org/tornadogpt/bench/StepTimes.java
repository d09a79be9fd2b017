package org.tornadogpt.bench;

import java.util.Arrays;

/**
 * What some timed steps took.
 *
 * @param millis one entry for each step, ascending
 * @param bytesPerStep heap memory that the calling thread allocated for each step, on average
 */
record StepTimes(double[] millis, double bytesPerStep) {
    StepTimes {
        millis = millis.clone();
        Arrays.sort(millis);
    }

    double medianMillis() {
        int middle = millis.length / 2;
        return millis.length % 2 == 1 ? millis[middle] : (millis[middle - 1] + millis[middle]) / 2;
    }

    double minMillis() {
        return millis[0];
    }

    double maxMillis() {
        return millis[millis.length - 1];
    }
}
