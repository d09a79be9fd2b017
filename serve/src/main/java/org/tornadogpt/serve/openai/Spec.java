package org.tornadogpt.serve.openai;

import java.util.List;
import org.tornadogpt.model.Sampling;
import org.tornadogpt.serve.engine.ServedModel;

/**
 * What a request asks for.
 *
 * @param n texts for each prompt; text i has the seed of {@code sampling} plus i
 * @param tokens most tokens of a text
 * @param scores how many likely tokens to tell with each, -1 for no scores at all
 * @param beams of a search, 0 for sampling
 */
record Spec(
        boolean chat,
        ServedModel model,
        List<Prompt> prompts,
        int n,
        int tokens,
        Sampling sampling,
        List<String> stops,
        int scores,
        boolean stream,
        boolean usage,
        int beams,
        double lengthPenalty) {
    Spec {
        prompts = List.copyOf(prompts);
        stops = List.copyOf(stops);
    }

    /**
     * A prompt.
     *
     * @param note what of it the model does not know; empty if nothing
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
    record Prompt(int[] tokens, String note) {}

    int choices() {
        return prompts.size() * n;
    }

    int promptTokens() {
        return prompts.stream().mapToInt(prompt -> prompt.tokens.length).sum();
    }
}
