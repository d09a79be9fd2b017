package org.tornadogpt.model.tokenizer;

/**
 * A token that is found in a text before anything else, and that no merge makes.
 *
 * @param special whether it marks something, such as the end of a text, instead of being part of one
 */
public record AddedToken(int id, String content, boolean special) {}
