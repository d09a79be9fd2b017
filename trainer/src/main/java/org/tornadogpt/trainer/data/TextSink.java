package org.tornadogpt.trainer.data;

import org.tornadogpt.model.Tokenizer;

/** Takes a text that is too long to be held, in parts whose tokens are those of the whole. */
public interface TextSink {
    /** Characters that are gathered before a part is cut off. */
    int PART = 1 << 22;

    /**
     * Where a text that goes on may be cut; see {@link Tokenizer#cut}.
     *
     * @return the text's length if it may not be cut yet
     */
    int cut(String text, int least);

    /** The next part. */
    void add(String part);
}
