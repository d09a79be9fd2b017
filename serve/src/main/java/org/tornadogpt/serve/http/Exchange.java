package org.tornadogpt.serve.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;

/** A request and its answer. */
public final class Exchange {
    private final Request request;
    private final Response response;
    private final ConnectionDeadlines.Connection connection;
    private final Map<String, String> path;
    private final int mostBytes;

    /**
     * What a route is given.
     *
     * @param path the values of the route's variables
     * @param mostBytes of a body
     */
    Exchange(
            Request request,
            Response response,
            ConnectionDeadlines.Connection connection,
            Map<String, String> path,
            int mostBytes) {
        this.request = request;
        this.response = response;
        this.connection = connection;
        this.path = path;
        this.mostBytes = mostBytes;
    }

    /** A variable of the route's path. */
    public String path(String name) {
        return path.get(name);
    }

    /** A header. */
    public Optional<String> header(String name) {
        return Optional.ofNullable(request.getHeaders().get(name));
    }

    /** A parameter of the query. */
    public Optional<String> query(String name) {
        return Optional.ofNullable(Request.extractQueryParameters(request).getValue(name));
    }

    /** Whether the server is reached at a loopback address. */
    public boolean isLoopback() {
        return request.getConnectionMetaData().getRemoteSocketAddress() instanceof java.net.InetSocketAddress from
                && from.getAddress().isLoopbackAddress();
    }

    /** The body, a JSON object. */
    public ObjectNode json() throws ApiException, IOException {
        String type = header("Content-Type").orElse("").toLowerCase(Locale.ROOT);
        if (!type.split(";", 2)[0].strip().equals("application/json")) {
            throw ApiException.refused(
                    415, "unsupported_media_type", "the body must have Content-Type: application/json");
        }
        return Json.object(body(mostBytes));
    }

    /** The body, as it is. */
    public byte[] body(int most) throws ApiException, IOException {
        String tooLong = "the body is longer than the " + most + " bytes that are read";
        if (request.getHeaders().getLongField(HttpHeader.CONTENT_LENGTH) > most) {
            response.getHeaders().put(HttpHeader.CONNECTION, "close");
            throw ApiException.refused(413, "request_too_large", tooLong);
        }
        try {
            // Not closed: that would fail the request, and what is left of a refused body is still to be read past.
            byte[] bytes = Content.Source.asInputStream(request).readNBytes(most + 1);
            if (bytes.length > most) {
                response.getHeaders().put(HttpHeader.CONNECTION, "close");
                throw ApiException.refused(413, "request_too_large", tooLong);
            }
            return bytes;
        } finally {
            connection.working();
        }
    }

    /** A header of the answer. */
    public void set(String name, String value) {
        response.getHeaders().put(name, value);
    }

    /** Answers with JSON. */
    public void answer(int status, JsonNode body) throws IOException {
        answer(status, "application/json", Json.bytes(body));
    }

    /** Answers with bytes. */
    public void answer(int status, String type, byte[] body) throws IOException {
        response.setStatus(status);
        set("Content-Type", type);
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
        boolean head = request.getMethod().equals("HEAD");
        Content.Sink.write(response, true, head ? ByteBuffer.allocate(0) : ByteBuffer.wrap(body));
    }

    /** Begins an answer that comes in parts. */
    public void begin(String type) {
        response.setStatus(200);
        set("Content-Type", type);
    }

    /** Sends a part at once; fails when the client has gone, or does not read. */
    public void send(String part) throws IOException {
        Content.Sink.write(response, false, ByteBuffer.wrap(part.getBytes(StandardCharsets.UTF_8)));
    }

    /** Sends the last part. */
    public void end(String part) throws IOException {
        Content.Sink.write(response, true, ByteBuffer.wrap(part.getBytes(StandardCharsets.UTF_8)));
    }

    /** Whether the answer has begun, so that its status cannot be changed. */
    public boolean hasBegun() {
        return response.isCommitted();
    }
}
