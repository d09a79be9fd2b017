package org.tornadogpt.trainer.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import org.tornadogpt.trainer.data.PublicCorpora.PublicCorpus;

/** Where a corpus comes from: where it is published, a mirror of it, or a folder that has a copy. */
public sealed interface CorpusSource {
    /** Where it is published. */
    static CorpusSource published(PublicCorpus corpus) {
        return new Web(corpus.url());
    }

    /**
     * A mirror.
     *
     * @param from an http or https address, or a path: the file itself, or the folder that has it under its usual name
     */
    static CorpusSource mirror(PublicCorpus corpus, String from) {
        if (from.startsWith("http://") || from.startsWith("https://")) {
            boolean whole = from.endsWith("/" + corpus.fileName());
            try {
                return new Web(URI.create(whole ? from : from.replaceAll("/+$", "") + "/" + corpus.fileName()));
            } catch (IllegalArgumentException e) {
                throw new DataException("--from: not an address: " + from, e);
            }
        }
        Path path = Path.of(from);
        return new Disk(Files.isDirectory(path) ? path.resolve(corpus.fileName()) : path);
    }

    /**
     * Brings the whole file to {@code part}.
     *
     * @param checked whether its checksum will be compared, so that what is wrong will be noticed
     */
    void bring(PartialFile part, boolean checked) throws IOException, InterruptedException;

    /** On this machine, or on a disk that it sees. */
    record Disk(Path file) implements CorpusSource {
        @Override
        public void bring(PartialFile part, boolean checked) throws IOException {
            part.delete();
            if (!Files.isRegularFile(file)) {
                throw new IOException("there is no such file");
            }
            Files.copy(file, part.file(), StandardCopyOption.REPLACE_EXISTING);
        }

        @Override
        public String toString() {
            return file.toString();
        }
    }

    /** On a web server. */
    record Web(URI url) implements CorpusSource {
        private static final Duration CONNECT = Duration.ofSeconds(20);
        private static final int OK = 200;
        private static final int PARTIAL = 206;
        private static final int RANGE_NOT_SATISFIABLE = 416;

        @Override
        public void bring(PartialFile part, boolean checked) throws IOException, InterruptedException {
            try (HttpClient client = HttpClient.newBuilder()
                    .followRedirects(HttpClient.Redirect.NORMAL)
                    .connectTimeout(CONNECT)
                    .build()) {
                HttpResponse<InputStream> response = client.send(request(part, checked), body());
                if (response.statusCode() == RANGE_NOT_SATISFIABLE) {
                    response.body().close();
                    part.delete();
                    response = client.send(request(part, checked), body());
                }
                take(response, part);
            }
        }

        private static HttpResponse.BodyHandler<InputStream> body() {
            return HttpResponse.BodyHandlers.ofInputStream();
        }

        /** Goes on where that is sure to give one version: the server names it, or a checksum will tell. */
        private HttpRequest request(PartialFile part, boolean checked) throws IOException {
            HttpRequest.Builder request = HttpRequest.newBuilder(url);
            Optional<String> version = part.knownVersion();
            if (part.size() > 0 && (checked || version.isPresent())) {
                request.header("Range", "bytes=" + part.size() + "-");
                version.ifPresent(v -> request.header("If-Range", v));
            }
            return request.build();
        }

        private static void take(HttpResponse<InputStream> response, PartialFile part) throws IOException {
            try (InputStream body = response.body()) {
                boolean goesOn = response.statusCode() == PARTIAL
                        && response.headers()
                                .firstValue("Content-Range")
                                .orElse("")
                                .startsWith("bytes " + part.size() + "-");
                if (response.statusCode() != OK && !goesOn) {
                    throw new IOException("the server answered " + response.statusCode());
                }
                if (!goesOn) {
                    part.delete();
                    part.begin(version(response));
                }
                try (OutputStream out = Files.newOutputStream(
                        part.file(), StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
                    body.transferTo(out);
                }
            }
        }

        /** A strong entity tag, else the date of the last change. */
        private static Optional<String> version(HttpResponse<?> response) {
            return response.headers()
                    .firstValue("ETag")
                    .filter(tag -> tag.startsWith("\""))
                    .or(() -> response.headers().firstValue("Last-Modified"));
        }

        @Override
        public String toString() {
            return url.toString();
        }
    }
}
