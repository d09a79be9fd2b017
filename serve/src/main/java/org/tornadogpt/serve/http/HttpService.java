package org.tornadogpt.serve.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.VirtualThreads;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** The server: Jetty's core without servlets, each request on a virtual thread. */
public final class HttpService implements AutoCloseable {
    /**
     * Where and how much.
     *
     * @param mostBytes of a JSON body
     * @param seconds for a request to arrive, and for a client to read something of what is sent
     */
    public record Settings(String host, int port, int connections, int mostBytes, int seconds) {}

    private static final int HEADER_BYTES = 8_192;

    /**
     * Connections that the system holds until they are taken. Where it may hold no more it forgets some, and their
     * clients are reset; Java's usual 50 are few.
     */
    private static final int BACKLOG = 1_024;

    /** Threads that wait for the network; requests have virtual ones. */
    private static final int THREADS = 16;

    private static final String POLICY =
            "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self';"
                    + " object-src 'none'; img-src 'self' data:";

    private final Settings settings;
    private final List<Route> routes;
    private final Guard guard;
    private final Server server;
    private final ServerConnector connector;
    private final ConnectionDeadlines deadlines;
    private final AtomicInteger working = new AtomicInteger();
    private final Map<String, LongAdder> answers = new ConcurrentHashMap<>();

    /** A server that does not listen yet. */
    public HttpService(Settings settings, Guard guard, List<Route> routes) {
        this.settings = settings;
        this.guard = guard;
        this.routes = List.copyOf(routes);
        QueuedThreadPool threads = new QueuedThreadPool(THREADS);
        threads.setName("http");
        threads.setDaemon(true);
        threads.setVirtualThreadsExecutor(VirtualThreads.getNamedVirtualThreadsExecutor("request-"));
        server = new Server(threads);
        HttpConfiguration http = new HttpConfiguration();
        http.setRequestHeaderSize(HEADER_BYTES);
        http.setSendServerVersion(false);
        http.setSendDateHeader(true);
        connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
        connector.setHost(settings.host);
        connector.setPort(settings.port);
        connector.setAcceptQueueSize(BACKLOG);
        connector.setIdleTimeout(settings.seconds * 1_000L);
        deadlines = new ConnectionDeadlines(settings.seconds);
        connector.addBean(deadlines);
        server.addConnector(connector);
        server.addBean(new NetworkConnectionLimit(settings.connections, connector));
        server.setErrorHandler(this::error);
        server.setHandler(new Dispatcher());
    }

    /** Listens. */
    public void start() throws IOException {
        try {
            server.start();
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("the server cannot start: " + e.getMessage(), e);
        }
        deadlines.start();
    }

    /** The port, also where any was asked for. */
    public int port() {
        return connector.getLocalPort();
    }

    /** Connections that are open. */
    public int connections() {
        return deadlines.count();
    }

    /** How many answers there were of each status. */
    public Map<String, Long> answers() {
        Map<String, Long> counts = new TreeMap<>();
        answers.forEach((status, count) -> counts.put(status, count.sum()));
        return counts;
    }

    /** Takes no more connections; those that are open stay. */
    public void stopListening() {
        try {
            connector.close();
        } catch (RuntimeException e) {
            // closed is closed
        }
    }

    /** Waits until no answer is being sent, for a few seconds at most. */
    public void awaitQuiet() throws InterruptedException {
        for (int i = 0; i < 100 && working.get() > 0; i++) {
            Thread.sleep(20);
        }
    }

    @Override
    public void close() {
        deadlines.stop();
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException("the server cannot be stopped", e);
        }
    }

    private final class Dispatcher extends Handler.Abstract {
        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            ConnectionDeadlines.Connection connection =
                    deadlines.of(request.getConnectionMetaData().getConnection().getEndPoint());
            request.addIdleTimeoutListener(timeout -> false); // writes have their own; a text may take its time
            if (!request.getMethod().equals("POST")) { // no body is waited for
                connection.working();
            }
            working.incrementAndGet();
            protect(response.getHeaders());
            try {
                dispatch(request, response, connection);
                callback.succeeded();
            } catch (ApiException e) {
                refuse(request, response, callback, e);
            } catch (IOException e) {
                callback.failed(e); // the client has gone
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                callback.failed(e);
            } catch (RuntimeException | OutOfMemoryError e) {
                refuse(
                        request,
                        response,
                        callback,
                        ApiException.failed("internal error: " + e.getClass().getSimpleName()));
            } finally {
                working.decrementAndGet();
                connection.waiting();
                count(response.getStatus());
            }
            return true;
        }
    }

    private void count(int status) {
        answers.computeIfAbsent(Integer.toString(status), s -> new LongAdder()).increment();
    }

    private void dispatch(Request request, Response response, ConnectionDeadlines.Connection connection)
            throws ApiException, IOException, InterruptedException {
        HttpFields headers = request.getHeaders();
        guard.check(
                Optional.ofNullable(headers.get(HttpHeader.HOST)),
                Optional.ofNullable(headers.get(HttpHeader.ORIGIN)),
                Optional.ofNullable(headers.get("Sec-Fetch-Site")));
        String path = Request.getPathInContext(request);
        String method = request.getMethod().equals("HEAD") ? "GET" : request.getMethod();
        boolean known = false;
        for (Route route : routes) {
            Optional<Map<String, String>> variables = route.match(path);
            known |= variables.isPresent();
            if (variables.isPresent() && route.method().equals(method)) {
                if (!route.open()) {
                    guard.checkKey(Optional.ofNullable(headers.get(HttpHeader.AUTHORIZATION)));
                }
                route.handler()
                        .handle(new Exchange(request, response, connection, variables.get(), settings.mostBytes));
                return;
            }
        }
        throw known
                ? ApiException.refused(405, "method_not_allowed", "this path has no method " + method)
                : ApiException.refused(404, "not_found", "there is nothing at this path");
    }

    private static void refuse(Request request, Response response, Callback callback, ApiException e) {
        if (response.isCommitted()) {
            callback.failed(e);
            return;
        }
        response.setStatus(e.status());
        if (e.status() == HttpStatus.SERVICE_UNAVAILABLE_503) {
            response.getHeaders().put(HttpHeader.RETRY_AFTER, "1");
        } else if (e.status() == HttpStatus.UNAUTHORIZED_401) {
            response.getHeaders().put(HttpHeader.WWW_AUTHENTICATE, "Bearer");
        }
        try {
            Content.Sink.write(response, true, body(request, response, e));
            RestOfBody.discard(request);
            callback.succeeded();
        } catch (IOException gone) {
            callback.failed(gone);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            callback.failed(interrupted);
        }
    }

    private static ByteBuffer body(Request request, Response response, ApiException e) {
        byte[] body = Json.bytes(e.body());
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
        return request.getMethod().equals("HEAD") ? ByteBuffer.allocate(0) : ByteBuffer.wrap(body);
    }

    /** Requests that never reach a route: headers that are too long, bytes that are no HTTP. */
    private boolean error(Request request, Response response, Callback callback) {
        int status = response.getStatus();
        protect(response.getHeaders());
        count(status);
        String what = HttpStatus.getMessage(status);
        ApiException refusal =
                ApiException.refused(status, what.toLowerCase(Locale.ROOT).replace(' ', '_'), what);
        response.write(true, body(request, response, refusal), callback);
        return true;
    }

    private static void protect(HttpFields.Mutable headers) {
        headers.put("Content-Security-Policy", POLICY);
        headers.put("X-Content-Type-Options", "nosniff");
        headers.put("X-Frame-Options", "DENY");
        headers.put("Referrer-Policy", "no-referrer");
        headers.put("Cross-Origin-Resource-Policy", "same-origin");
        headers.put("Cross-Origin-Opener-Policy", "same-origin");
        headers.put("Cache-Control", "no-store");
    }
}
