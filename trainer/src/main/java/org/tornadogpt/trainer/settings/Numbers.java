package org.tornadogpt.trainer.settings;

/** Numbers as people write them. */
public final class Numbers {
    private Numbers() {}

    /** The shortest text that reads as this number: {@code 1} for 1.0, {@code 1e-4} for 1.0E-4. */
    public static String text(double number) {
        return Double.toString(number).replaceFirst("\\.0(?=E|$)", "").replace('E', 'e');
    }

    /** A value as {@link #text} writes it, if it is a number with a point. */
    public static String shortened(String value) {
        return value.matches("-?\\d+\\.\\d+(E-?\\d+)?") ? text(Double.parseDouble(value)) : value;
    }
}
