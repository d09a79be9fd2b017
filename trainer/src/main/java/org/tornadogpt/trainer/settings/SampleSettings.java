package org.tornadogpt.trainer.settings;

import java.util.regex.Pattern;

/**
 * The text written when a run is done, and on its way.
 *
 * @param sampleLength tokens, 0 for no sample
 * @param samplePrompt text it continues, as it was typed; see {@link #prompt}
 * @param sampleTemperature 0 takes the likeliest token each time
 * @param sampleEvery steps between samples on the way, 0 for none
 */
public record SampleSettings(int sampleLength, String samplePrompt, double sampleTemperature, int sampleEvery) {
    private static final Pattern NEW_LINE = Pattern.compile("(\\\\?)\\\\n");

    public SampleSettings {
        Check.notNegative("sampleLength", sampleLength);
        Check.that(!samplePrompt.isEmpty(), "samplePrompt", "at least one character", "none");
        Check.notNegative("sampleTemperature", sampleTemperature);
        Check.notNegative("sampleEvery", sampleEvery);
    }

    static SampleSettings of(Values values) {
        return new SampleSettings(
                values.integer("sampleLength"),
                values.text("samplePrompt"),
                values.number("sampleTemperature"),
                values.integer("sampleEvery"));
    }

    /** Whether a sample is written after {@code step} steps, the end apart. */
    public boolean isDue(long step) {
        return sampleEvery > 0 && sampleLength > 0 && step % sampleEvery == 0;
    }

    /** The text to continue. */
    public String prompt() {
        return typed(samplePrompt);
    }

    /** What somebody means who types {@code text}: {@code \n} is a new line, {@code \\n} a backslash and an n. */
    public static String typed(String text) {
        return NEW_LINE.matcher(text).replaceAll(found -> found.group(1).isEmpty() ? "\n" : "\\\\n");
    }
}
