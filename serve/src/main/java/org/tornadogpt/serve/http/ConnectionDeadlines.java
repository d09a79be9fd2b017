package org.tornadogpt.serve.http;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.EndPoint;

/**
 * Closes connections that have not sent a whole request in time, however busily they send its bytes one by one. Those
 * whose request is being worked on are left alone.
 */
final class ConnectionDeadlines implements org.eclipse.jetty.io.Connection.Listener {
    /** One connection. */
    static final class Connection {
        private final EndPoint endPoint;
        private volatile long since = System.nanoTime();
        private volatile boolean working;

        private Connection(EndPoint endPoint) {
            this.endPoint = endPoint;
        }

        /** Its request is read. */
        void working() {
            working = true;
        }

        /** The next is waited for. */
        void waiting() {
            since = System.nanoTime();
            working = false;
        }
    }

    private final Map<EndPoint, Connection> connections = new ConcurrentHashMap<>();
    private final long nanos;
    private volatile Thread sweeper;

    ConnectionDeadlines(long seconds) {
        nanos = TimeUnit.SECONDS.toNanos(seconds);
    }

    void start() {
        sweeper = Thread.ofVirtual().name("deadlines").start(this::sweep);
    }

    void stop() {
        sweeper.interrupt();
    }

    int count() {
        return connections.size();
    }

    Connection of(EndPoint endPoint) {
        return connections.computeIfAbsent(endPoint, Connection::new);
    }

    @Override
    public void onOpened(org.eclipse.jetty.io.Connection connection) {
        of(connection.getEndPoint());
    }

    @Override
    public void onClosed(org.eclipse.jetty.io.Connection connection) {
        connections.remove(connection.getEndPoint());
    }

    private void sweep() {
        try {
            while (true) {
                Thread.sleep(1_000);
                long now = System.nanoTime();
                connections.values().stream()
                        .filter(c -> !c.working && now - c.since > nanos)
                        .forEach(c -> c.endPoint.close());
            }
        } catch (InterruptedException e) {
            // stopped
        }
    }
}
