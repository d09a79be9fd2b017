package org.tornadogpt.serve.engine;

import java.util.List;
import org.tornadogpt.model.LogProbabilities;

/** Told of one text by the engine's thread, which must not be kept waiting. */
public interface TextListener {
    /** Why a text ends. */
    enum Ending {
        /** The listener did not want more. */
        STOPPED,
        /** It has the tokens that were asked for, or its time is over. */
        LENGTH,
        /** Whoever asked has gone. */
        CANCELLED,
        /** Something went wrong. */
        FAILED
    }

    /**
     * What the model said of a token.
     *
     * @param logProbability of the token itself
     * @param top the likeliest tokens
     */
    record Scores(double logProbability, List<LogProbabilities.Scored> top) {
        public Scores {
            top = List.copyOf(top);
        }
    }

    /** A token, and its scores if they were asked for, else null; returns whether the text goes on. */
    boolean token(int token, Scores scores);

    /** The last call. */
    void end(Ending ending);
}
