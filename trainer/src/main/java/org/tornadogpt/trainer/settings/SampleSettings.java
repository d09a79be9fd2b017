package org.tornadogpt.trainer.settings;

import java.util.regex.Pattern;

/**
 * The text written when a run is done.
 *
 * @param sampleLength tokens, 0 for no sample
 * @param samplePrompt text it continues, as it was typed; see {@link #prompt}
 * @param sampleTemperature 0 takes the likeliest token each time
 */
public record SampleSettings(int sampleLength, String samplePrompt, double sampleTemperature) {
    private static final Pattern NEW_LINE = Pattern.compile("(\\\\?)\\\\n");

    public SampleSettings {
        Check.notNegative("sampleLength", sampleLength);
        Check.that(!samplePrompt.isEmpty(), "samplePrompt", "at least one character", "none");
        Check.notNegative("sampleTemperature", sampleTemperature);
    }

    static SampleSettings of(Values values) {
        return new SampleSettings(
                values.integer("sampleLength"), values.text("samplePrompt"), values.number("sampleTemperature"));
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
