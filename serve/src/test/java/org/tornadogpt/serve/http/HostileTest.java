package org.tornadogpt.serve.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tornadogpt.serve.Served;

/** Clients that mean harm, by raw sockets where a well-behaved client would not send it. */
@SuppressWarnings({"AddressSelection", "StringConcatToTextBlock"
}) // 127.0.0.1 is one address; requests are written line end by line end
class HostileTest {
    private static Served served;

    @BeforeAll
    static void open() throws IOException {
        served = Served.open("--request-seconds", "2", "--max-body", "64", "--max-connections", "50");
    }

    @AfterAll
    static void close() {
        served.close();
    }

    /** Sends bytes and returns what comes until the server closes or {@code millis} pass. */
    private static String raw(int millis, byte[]... parts) throws IOException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), served.port())) {
            socket.setSoTimeout(millis);
            OutputStream out = socket.getOutputStream();
            try {
                for (byte[] part : parts) {
                    out.write(part);
                }
                socket.shutdownOutput();
            } catch (SocketException e) {
                // the server has closed: its answer may still be there
            }
            try {
                socket.getInputStream().transferTo(answer);
            } catch (IOException e) {
                // nothing more
            }
        }
        return answer.toString(StandardCharsets.UTF_8);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String get(String path, String headers) throws IOException {
        return raw(5_000, ascii("GET " + path + " HTTP/1.1\r\n" + headers + "Connection: close\r\n\r\n"));
    }

    private static String post(String body) throws IOException {
        return raw(
                5_000,
                ascii("POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                        + "Connection: close\r\nContent-Length: " + body.length() + "\r\n\r\n" + body));
    }

    @Test
    void whoIsRefusedWhileStillSendingGetsTheAnswer() throws Exception {
        byte[] body = new byte[8 << 20];
        for (int i = 0; i < 20; i++) {
            assertThat(served.send(served.request("/v1/completions")
                                    .header("Content-Type", "text/plain")
                                    .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                                    .build())
                            .statusCode())
                    .isEqualTo(415);
        }
    }

    @Test
    void wrongHosts() throws Exception {
        for (String host : List.of("evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "")) {
            assertThat(get("/v1/models", "Host: " + host + "\r\n")).as(host).containsAnyOf(" 403 ", " 400 ");
        }
        assertThat(get("/v1/models", "Host: " + "a".repeat(5000) + "\r\n")).contains(" 403 ");
        for (String host : List.of("localhost", "LOCALHOST:1", "127.0.0.1:80", "[::1]:8080", "models.example")) {
            assertThat(get("/healthz", "Host: " + host + "\r\n")).as(host).contains(" 200 ");
        }
    }

    @Test
    void foreignOrigins() throws Exception {
        String host = "Host: localhost:8080\r\n";
        for (String origin : List.of("http://evil.example", "null", "http://localhost:8081", "http://localhost")) {
            assertThat(get("/v1/models", host + "Origin: " + origin + "\r\n")).contains(" 403 ");
        }
        assertThat(get("/v1/models", host + "Sec-Fetch-Site: cross-site\r\n")).contains(" 403 ");
        assertThat(get("/v1/models", host + "Sec-Fetch-Site: same-site\r\n")).contains(" 403 ");
        String own = get("/v1/models", host + "Origin: http://localhost:8080\r\nSec-Fetch-Site: same-origin\r\n");
        assertThat(own).contains(" 200 ").doesNotContain("Access-Control");
        assertThat(raw(
                        5_000,
                        ascii("OPTIONS /v1/completions HTTP/1.1\r\n" + host
                                + "Access-Control-Request-Method: POST\r\nConnection: close\r\n\r\n")))
                .contains(" 405 ")
                .doesNotContain("Access-Control");
    }

    @Test
    void formsOfOtherPagesAreNoJson() throws Exception {
        HttpResponse<String> response = served.send(served.request("/v1/completions")
                .header("Content-Type", "text/plain")
                .POST(java.net.http.HttpRequest.BodyPublishers.ofString("{\"model\":\"tiny\"}"))
                .build());
        assertThat(response.statusCode()).isEqualTo(415);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/../../etc/passwd",
                "/..%2f..%2fetc/passwd",
                "/%2e%2e/%2e%2e/etc/passwd",
                "/v1/models/..%2F..%2Fetc",
                "/v1/models/%00",
                "/v1/models/a/../../x",
                "//etc/passwd",
                "/v1/models/\\..\\x"
            })
    void pathsThatClimb(String path) throws IOException {
        assertThat(get(path, "Host: localhost\r\n"))
                .matches("(?s)HTTP/1.1 4\\d\\d .*")
                .doesNotContain("root:");
    }

    @Test
    void bodiesThatAreTooLong() throws Exception {
        assertThat(raw(
                        5_000,
                        ascii("POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                                + "Content-Length: 1073741824\r\n\r\n")))
                .contains(" 413 ");
        StringBuilder chunked = new StringBuilder("POST /v1/completions HTTP/1.1\r\nHost: localhost\r\n"
                + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
        for (int i = 0; i < 100; i++) {
            chunked.append("1000\r\n").append(" ".repeat(4096)).append("\r\n");
        }
        assertThat(raw(5_000, ascii(chunked + "0\r\n\r\n"))).containsAnyOf(" 413 ", "request_too_large");
    }

    @Test
    void jsonThatMeansHarm() throws Exception {
        for (String body : List.of(
                "[".repeat(20_000),
                "{\"a\":".repeat(8_000) + "1" + "}".repeat(8_000),
                "{\"model\":\"tiny\",\"model\":\"tiny\"}",
                "{\"model\":\"tiny\"} {}",
                "{\"seed\":" + "9".repeat(10_000) + "}",
                "{\"model\":\"tin\u00FF\"}", // not UTF-8 as it is sent here
                "nonsense",
                "",
                "[]")) {
            assertThat(post(body)).contains(" 400 ").contains("invalid_json");
        }
    }

    @Test
    void headersThatAreTooLong() throws Exception {
        StringBuilder many = new StringBuilder("Host: localhost\r\n");
        for (int i = 0; i < 2_000; i++) {
            many.append("X-").append(i).append(": y\r\n");
        }
        assertThat(get("/healthz", many.toString())).contains(" 431 ");
        assertThat(get("/healthz", "Host: localhost\r\nX: " + "y".repeat(100_000) + "\r\n"))
                .contains(" 431 ");
        assertThat(raw(5_000, ascii("GET /" + "a".repeat(100_000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n")))
                .contains(" 414 ");
        assertThat(raw(5_000, ascii("\u0016\u0003\u0001 this is no HTTP\r\n\r\n")))
                .contains(" 400 ");
    }

    @Test
    void requestsThatNeverEndAreClosedHoweverTheyDrip() throws Exception {
        for (String begin : List.of(
                "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ",
                "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                        + "Content-Length: 1000\r\n\r\n{")) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), served.port())) {
                socket.setSoTimeout(100);
                socket.getOutputStream().write(ascii(begin));
                long start = System.nanoTime();
                while (!isClosed(socket)) {
                    assertThat(System.nanoTime() - start).isLessThan(20_000_000_000L);
                }
            }
        }
    }

    private static boolean isClosed(Socket socket) throws IOException {
        try {
            socket.getOutputStream().write('a');
            InputStream in = socket.getInputStream();
            return in.read() < 0;
        } catch (java.net.SocketTimeoutException e) {
            return false;
        } catch (SocketException e) {
            return true;
        }
    }

    @Test
    void aClientThatNeverReadsIsLeftAndOthersGoOn() throws Exception {
        List<Socket> deaf = new ArrayList<>();
        String body = "{\"model\":\"tiny\",\"max_tokens\":4096,\"stream\":true,\"logprobs\":5,\"n\":8}";
        for (int i = 0; i < 3; i++) {
            Socket socket = new Socket();
            socket.setReceiveBufferSize(4096);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), served.port()));
            socket.getOutputStream()
                    .write(ascii(
                            "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                                    + "Content-Length: " + body.length() + "\r\n\r\n" + body));
            deaf.add(socket);
        }
        JsonNode answer = Served.json(
                served.post("/v1/completions", "{\"model\":\"tiny\",\"max_tokens\":30,\"seed\":1,\"prompt\":\"a\"}"));
        assertThat(answer.at("/usage/completion_tokens").asInt()).isEqualTo(30);
        long end = System.nanoTime() + 60_000_000_000L;
        while (served.metric("tgpt_texts_running") > 0) {
            assertThat(System.nanoTime()).isLessThan(end);
            Thread.sleep(100);
        }
        for (Socket socket : deaf) {
            socket.close();
        }
    }

    @Test
    void connectionsAreBoundedAndComeAndGo() throws Exception {
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < 150; i++) { // more than are served and than Java would let wait
            Socket socket = new Socket();
            sockets.add(socket);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), served.port()), 500);
        }
        Thread.sleep(200);
        for (Socket socket : sockets) {
            socket.close();
        }
        assertThat(served.get("/healthz").statusCode()).isEqualTo(200);
        assertThat(served.metric("tgpt_connections")).isLessThanOrEqualTo(50);
    }

    @Test
    void theKey() throws Exception {
        try (Served locked = Served.withKey("s3cret")) {
            assertThat(locked.get("/healthz").statusCode()).isEqualTo(200);
            for (String given : List.of("Bearer wrong", "s3cret", "Basic s3cret", "Bearer s3cretx", "Bearer ")) {
                assertThat(locked.send(locked.request("/v1/models")
                                        .header("Authorization", given)
                                        .build())
                                .statusCode())
                        .as(given)
                        .isEqualTo(401);
            }
            HttpResponse<String> none = locked.get("/v1/models?api_key=s3cret");
            assertThat(none.statusCode()).isEqualTo(401);
            assertThat(none.headers().firstValue("WWW-Authenticate")).contains("Bearer");
            assertThat(none.body()).doesNotContain("s3cret").contains("invalid_api_key");
            assertThat(locked.send(locked.request("/v1/models")
                                    .header("Authorization", "Bearer s3cret")
                                    .build())
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void pagesAreProtected() throws Exception {
        assertThat(served.get("/healthz")
                        .headers()
                        .firstValue("Content-Security-Policy")
                        .orElseThrow())
                .startsWith("default-src 'self'")
                .contains("frame-ancestors 'none'");
        assertThat(served.get("/nothing").headers().firstValue("X-Content-Type-Options"))
                .contains("nosniff");
    }
}
