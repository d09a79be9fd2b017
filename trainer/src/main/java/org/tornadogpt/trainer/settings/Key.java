package org.tornadogpt.trainer.settings;

/**
 * One thing that can be set.
 *
 * @param name as in {@code --set name=value} and in configuration files
 * @param group heading under which it is listed
 * @param usual the value when neither preset, file nor flag says otherwise
 * @param about one line: meaning and unit
 */
public record Key(String name, String group, String usual, String about) {}
