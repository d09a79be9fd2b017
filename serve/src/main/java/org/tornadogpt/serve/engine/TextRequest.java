package org.tornadogpt.serve.engine;

import org.tornadogpt.model.Sampling;

/**
 * A text to be written.
 *
 * @param prompt at least one token
 * @param tokens most tokens to write
 * @param scores how many of the likeliest tokens are told with each, -1 for not even the chosen one's score
 */
@SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
public record TextRequest(
        ServedModel model, int[] prompt, Sampling sampling, int tokens, int scores, TextListener listener) {}
