package org.tornadogpt.trainer.cli;

import org.tornadogpt.model.Generator;
import org.tornadogpt.model.LogitsSource;
import org.tornadogpt.model.Sampling;
import org.tornadogpt.model.Tokenizer;
import org.tornadogpt.model.text.TextAssembler;

/** Writes text as the model makes it, token by token. */
final class TextStream {
    private final Io io;
    private final LogitsSource source;
    private final Tokenizer tokenizer;

    TextStream(Io io, LogitsSource source, Tokenizer tokenizer) {
        this.io = io;
        this.source = source;
        this.tokenizer = tokenizer;
    }

    /**
     * Writes the prompt and what follows it, until done, interrupted, or nobody reads any more.
     *
     * @param text puts it together, and knows where it ends
     * @param tokens how many, {@link Long#MAX_VALUE} for no end
     * @return how fast it went
     */
    TokenRate write(TextAssembler text, String prompt, long tokens, Sampling sampling) {
        Prompt begun = Prompt.of(io, tokenizer, prompt);
        io.out().print(begun.text());
        io.out().flush();
        TokenRate rate = new TokenRate();
        new Generator(source).generate(begun.context(), tokens, sampling, token -> {
            io.out().print(text.add(token, null).text());
            rate.token();
            return !text.isStopped()
                    && !io.out().checkError()
                    && !io.interrupted().getAsBoolean();
        });
        io.out().print(text.end().text());
        return rate;
    }
}
