package org.tornadogpt.serve.engine;

import org.tornadogpt.model.Chooser;
import org.tornadogpt.model.ContextWindow;
import org.tornadogpt.model.DecodeSession;
import org.tornadogpt.model.LogProbabilities;
import org.tornadogpt.model.text.Scores;

/** A text between its request and its end. All but {@link #cancel} is the engine's thread's. */
final class Writing {
    private final TextRequest request;
    private final Chooser chooser;
    private final ContextWindow window;
    private final EngineMetrics metrics;
    private final long submitted = System.nanoTime();
    private final long deadline;
    private DecodeSession.Sequence sequence;
    private int written;
    private boolean ended;
    private volatile boolean cancelled;

    Writing(TextRequest request, long deadline, EngineMetrics metrics) {
        this.request = request;
        this.deadline = deadline;
        this.metrics = metrics;
        chooser = new Chooser(request.sampling(), request.prompt());
        window = new ContextWindow(request.model().model().blockSize(), request.prompt());
    }

    ServedModel model() {
        return request.model();
    }

    DecodeSession.Sequence sequence() {
        return sequence;
    }

    void cancel() {
        cancelled = true;
    }

    boolean isEnded() {
        return ended;
    }

    /** Ends a text that nobody wants any more, or whose time is over. */
    void endIfOver() {
        if (cancelled) {
            end(TextListener.Ending.CANCELLED);
        } else if (System.nanoTime() - deadline >= 0) {
            end(TextListener.Ending.LENGTH);
        }
    }

    /** Takes a slot of the model's session. */
    void open() {
        sequence = model().session().open(window.tokens());
        metrics.prompt(request.prompt().length);
    }

    /** Chooses the next token, if the last is computed. */
    void write() {
        if (!sequence.isReady()) {
            return;
        }
        float[] logits = sequence.logits();
        int token = chooser.choose(logits);
        written++;
        metrics.token(written == 1 ? System.nanoTime() - submitted : -1);
        if (!request.listener().token(token, scores(token, logits))) {
            end(TextListener.Ending.STOPPED);
        } else if (written == request.tokens()) {
            end(TextListener.Ending.LENGTH);
        } else if (window.add(token)) {
            sequence.close();
            sequence = model().session().open(window.tokens());
        } else {
            sequence.append(token);
        }
    }

    private Scores scores(int token, float... logits) {
        if (request.scores() < 0) {
            return null;
        }
        LogProbabilities said = new LogProbabilities(logits);
        return new Scores(said.of(token), said.top(request.scores()));
    }

    void end(TextListener.Ending ending) {
        if (!ended) {
            ended = true;
            if (sequence != null) {
                sequence.close();
            }
            metrics.ended(ending);
            request.listener().end(ending);
        }
    }
}
