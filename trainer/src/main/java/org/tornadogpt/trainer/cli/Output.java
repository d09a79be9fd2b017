package org.tornadogpt.trainer.cli;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A writer that remembers why it failed, as a {@link PrintWriter} alone does not. Text is UTF-8 whatever the locale
 * says.
 */
final class Output extends PrintWriter {
    /** What the system says of a pipe whose reader has had enough, such as {@code head}: no failure of ours. */
    private static final String NOBODY_READS = "Broken pipe";

    private final Remembering stream;

    Output(OutputStream target) {
        this(new Remembering(target));
    }

    private Output(Remembering stream) {
        super(new OutputStreamWriter(stream, StandardCharsets.UTF_8), true);
        this.stream = stream;
    }

    /** Why something was not written although somebody wanted it; flushes. */
    Optional<String> failure() {
        flush();
        return Optional.ofNullable(stream.failure)
                .map(e -> String.valueOf(e.getMessage()))
                .filter(reason -> !reason.equals(NOBODY_READS));
    }

    /** Keeps the first failure. */
    private static final class Remembering extends FilterOutputStream {
        private volatile IOException failure;

        Remembering(OutputStream target) {
            super(target);
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int count) throws IOException {
            try {
                out.write(bytes, from, count);
            } catch (IOException e) {
                failure = failure == null ? e : failure;
                throw e;
            }
        }
    }
}
