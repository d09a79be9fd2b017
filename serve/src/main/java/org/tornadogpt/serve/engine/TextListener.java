package org.tornadogpt.serve.engine;

import org.tornadogpt.model.text.Scores;

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

    /** A token, and its scores if they were asked for, else null; returns whether the text goes on. */
    boolean token(int token, Scores scores);

    /** The last call. */
    void end(Ending ending);
}
