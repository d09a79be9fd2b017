package org.tornadogpt.serve.http;

import org.eclipse.jetty.io.Content;

/**
 * Reads past what is left of a refused request. A connection that is closed with unread bytes is reset, and a client
 * that is still sending then sees a broken pipe in place of the answer (RFC 9112, section 9.6).
 */
final class RestOfBody {
    /** No more is read past: who sends as much does not wait for an answer. */
    private static final int MOST_BYTES = 16 << 20;

    private static final int PAUSE_MILLIS = 10;

    /** Without a byte for so many pauses, a second, nobody is sending. */
    private static final int MOST_PAUSES = 100;

    private RestOfBody() {}

    /** Returns when all is read, or nothing more comes, or too much. */
    static void discard(Content.Source request) throws InterruptedException {
        long bytes = 0;
        int pauses = 0;
        while (bytes < MOST_BYTES && pauses < MOST_PAUSES) {
            Content.Chunk chunk = request.read();
            if (chunk == null) {
                pauses++;
                Thread.sleep(PAUSE_MILLIS);
                continue;
            }
            pauses = 0;
            bytes += chunk.remaining();
            chunk.release();
            if (chunk.isLast() || Content.Chunk.isFailure(chunk)) {
                return;
            }
        }
    }
}
