package org.tornadogpt.model;

import java.util.ArrayList;
import java.util.List;

/** Writes on from prompts together, each as a {@link Generator} writes on from it alone. */
public final class BatchGenerator {
    /**
     * A text to be written.
     *
     * @param prompt at least one token
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
    public record Request(int[] prompt, Sampling sampling) {}

    /** Told the tokens of all texts. */
    @FunctionalInterface
    public interface Listener {
        /** A token of text {@code index}; returns whether that text goes on. */
        boolean token(int index, int token);
    }

    private final DecodeSession session;

    /** Uses as many of the session's slots as there are texts. */
    public BatchGenerator(DecodeSession session) {
        this.session = session;
    }

    /** A text and its sequence. */
    private final class Text {
        private final int index;
        private final Chooser chooser;
        private final ContextWindow window;
        private DecodeSession.Sequence sequence;
        private long written;

        Text(int index, Request request) {
            this.index = index;
            chooser = new Chooser(request.sampling, request.prompt);
            window = new ContextWindow(session.model().blockSize(), request.prompt);
            sequence = session.open(window.tokens());
        }

        /** Chooses the next token; returns whether the text goes on after it. */
        boolean write(long count, Listener listener) {
            int token = chooser.choose(sequence.logits());
            if (!listener.token(index, token) || ++written == count) {
                return false;
            }
            if (window.add(token)) {
                sequence.close();
                sequence = session.open(window.tokens());
            } else {
                sequence.append(token);
            }
            return true;
        }
    }

    /**
     * Writes all texts at once, token by token.
     *
     * @param count how many tokens to write of each; {@link Long#MAX_VALUE} for no end
     */
    public void generate(List<Request> requests, long count, Listener listener) {
        Generator.checkCount(count);
        List<Text> texts = new ArrayList<>();
        try {
            for (int i = 0; i < requests.size() && count > 0; i++) {
                texts.add(new Text(i, requests.get(i)));
            }
            while (!texts.isEmpty()) {
                session.step(texts.stream().map(text -> text.sequence).toList());
                for (Text text : List.copyOf(texts)) {
                    if (text.sequence.isReady() && !text.write(count, listener)) {
                        text.sequence.close();
                        texts.remove(text);
                    }
                }
            }
        } finally {
            texts.forEach(text -> text.sequence.close());
        }
    }
}
