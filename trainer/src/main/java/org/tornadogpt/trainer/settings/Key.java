package org.tornadogpt.trainer.settings;

import java.util.List;

/**
 * One thing that can be set.
 *
 * @param name as in {@code --set name=value} and in configuration files
 * @param group heading under which it is listed
 * @param usual the value when neither preset, file nor flag says otherwise
 * @param about one line: meaning and unit
 * @param choices all values that there are; empty where they cannot be counted
 */
public record Key(String name, String group, String usual, String about, List<String> choices) {
    public Key {
        choices = List.copyOf(choices);
    }

    /** A key with more values than can be listed. */
    public Key(String name, String group, String usual, String about) {
        this(name, group, usual, about, List.of());
    }

    /** Meaning and choices: what help shows. */
    public String explained() {
        return choices.isEmpty() ? about : about + ": " + String.join(", ", choices);
    }
}
