package org.tornadogpt.serve.engine;

import java.util.List;

/** Texts that were handed in together. */
public final class Submission {
    private final Engine engine;
    private final List<Writing> writings;

    Submission(Engine engine, List<Writing> writings) {
        this.engine = engine;
        this.writings = List.copyOf(writings);
    }

    /** The texts are not wanted any more. */
    public void cancel() {
        writings.forEach(Writing::cancel);
        engine.wake();
    }
}
