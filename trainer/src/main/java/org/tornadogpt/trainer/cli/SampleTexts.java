package org.tornadogpt.trainer.cli;

import java.util.ArrayList;
import java.util.List;
import org.tornadogpt.model.BatchGenerator;
import org.tornadogpt.model.DecodeSession;
import org.tornadogpt.model.Sampling;
import org.tornadogpt.model.Tokenizer;
import org.tornadogpt.model.text.TextAssembler;

/** Writes several texts from one prompt together. The first is shown as it comes, the others when all are done. */
final class SampleTexts {
    private final Io io;
    private final DecodeSession session;
    private final Tokenizer tokenizer;

    SampleTexts(Io io, DecodeSession session, Tokenizer tokenizer) {
        this.io = io;
        this.session = session;
        this.tokenizer = tokenizer;
    }

    /**
     * Writes them, until done, interrupted, or nobody reads any more.
     *
     * @param samplings one for each text
     * @param tokens of each text
     * @param stops strings before which a text ends
     * @return how fast all tokens went
     */
    TokenRate write(String text, long tokens, List<Sampling> samplings, List<String> stops) {
        Prompt prompt = Prompt.of(io, tokenizer, text);
        List<StringBuilder> texts = new ArrayList<>();
        List<TextAssembler> assemblers = new ArrayList<>();
        List<BatchGenerator.Request> requests = new ArrayList<>();
        for (Sampling sampling : samplings) {
            texts.add(new StringBuilder(prompt.text()));
            assemblers.add(new TextAssembler(tokenizer, stops));
            requests.add(new BatchGenerator.Request(prompt.context(), sampling));
        }
        begin(0, samplings);
        io.out().print(prompt.text());
        TokenRate rate = new TokenRate();
        new BatchGenerator(session).generate(requests, tokens, (index, token) -> {
            TextAssembler assembler = assemblers.get(index);
            String piece = assembler.add(token, null).text();
            rate.token();
            if (index == 0) {
                io.out().print(piece);
            } else {
                texts.get(index).append(piece);
            }
            return !assembler.isStopped()
                    && !io.out().checkError()
                    && !io.interrupted().getAsBoolean();
        });
        io.out().println(assemblers.get(0).end().text());
        for (int i = 1; i < texts.size(); i++) {
            begin(i, samplings);
            io.out().println(texts.get(i).append(assemblers.get(i).end().text()));
        }
        io.out().flush();
        return rate;
    }

    private void begin(int i, List<Sampling> samplings) {
        io.out()
                .println((i == 0 ? "" : System.lineSeparator()) + "--- sample " + (i + 1) + ", seed "
                        + samplings.get(i).seed());
        io.out().flush();
    }
}
