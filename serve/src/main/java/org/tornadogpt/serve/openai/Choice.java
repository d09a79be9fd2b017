package org.tornadogpt.serve.openai;

import java.util.concurrent.BlockingQueue;
import org.tornadogpt.model.text.Scores;
import org.tornadogpt.model.text.TextAssembler;
import org.tornadogpt.serve.engine.TextListener;

/** One text of an answer: puts it together in the engine's thread and hands the pieces to the request's. */
final class Choice implements TextListener {
    /**
     * A piece, or the end.
     *
     * @param ending null before the end
     */
    record Event(int index, TextAssembler.Piece piece, int tokens, Ending ending) {}

    private final int index;
    private final TextAssembler assembler;
    private final BlockingQueue<Event> events;
    private int untold;

    Choice(int index, TextAssembler assembler, BlockingQueue<Event> events) {
        this.index = index;
        this.assembler = assembler;
        this.events = events;
    }

    @Override
    public boolean token(int token, Scores scores) {
        untold++;
        TextAssembler.Piece piece = assembler.add(token, scores);
        if (!piece.isEmpty()) {
            tell(piece, null);
        }
        return !assembler.isStopped();
    }

    @Override
    public void end(Ending ending) {
        TextAssembler.Piece rest = assembler.end();
        boolean stopped = ending == Ending.LENGTH && assembler.isStopped();
        tell(rest, stopped ? Ending.STOPPED : ending);
    }

    private void tell(TextAssembler.Piece piece, Ending ending) {
        events.add(new Event(index, piece, untold, ending));
        untold = 0;
    }
}
