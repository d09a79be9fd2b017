package org.tornadogpt.model.text;

import java.util.List;
import org.tornadogpt.model.LogProbabilities;

/**
 * What the model said of a token.
 *
 * @param logProbability of the token itself
 * @param top the likeliest tokens
 */
public record Scores(double logProbability, List<LogProbabilities.Scored> top) {
    public Scores {
        top = List.copyOf(top);
    }
}
