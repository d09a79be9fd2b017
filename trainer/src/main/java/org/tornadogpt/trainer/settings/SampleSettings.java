package org.tornadogpt.trainer.settings;

/**
 * The text written when a run is done.
 *
 * @param sampleLength tokens, 0 for no sample
 * @param samplePrompt text it continues
 * @param sampleTemperature 0 takes the likeliest token each time
 */
public record SampleSettings(int sampleLength, String samplePrompt, double sampleTemperature) {
    public SampleSettings {
        Check.notNegative("sampleLength", sampleLength);
        Check.that(!samplePrompt.isEmpty(), "samplePrompt", "at least one character", "none");
        Check.notNegative("sampleTemperature", sampleTemperature);
    }

    static SampleSettings of(Values values) {
        return new SampleSettings(
                values.integer("sampleLength"),
                values.text("samplePrompt").replace("\\n", "\n"),
                values.number("sampleTemperature"));
    }
}
