package org.tornadogpt.trainer.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import org.tornadogpt.trainer.data.PublicCorpora.PublicCorpus;

/** Downloads a public corpus and checks what came. */
public final class Fetcher {
    /**
     * What came.
     *
     * @param file where it lies now
     * @param bytes its size
     * @param sha256 of what came
     * @param verified whether that is the checksum this program knows; false if it knows none
     */
    public record Fetched(Path file, long bytes, String sha256, boolean verified) {}

    private static final Duration CONNECT = Duration.ofSeconds(20);

    private Fetcher() {}

    /**
     * Downloads beside the target and moves into place, so a broken download leaves nothing that looks whole.
     *
     * @throws DataException if it cannot be had, or if it is not what was expected
     */
    public static Fetched fetch(PublicCorpus corpus, Path folder) throws InterruptedException {
        Path target = folder.resolve(corpus.fileName());
        Path part = folder.resolve(corpus.fileName() + ".part");
        try {
            Files.createDirectories(folder);
            MessageDigest digest = Corpus.newSha256();
            download(corpus, part, digest);
            String sha256 = HexFormat.of().formatHex(digest.digest());
            if (corpus.sha256().isPresent() && !corpus.sha256().get().equals(sha256)) {
                throw new DataException(corpus.url() + " is not what it was: SHA-256 " + sha256 + ", expected "
                        + corpus.sha256().get() + "; nothing was kept");
            }
            Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
            return new Fetched(
                    target, Files.size(target), sha256, corpus.sha256().isPresent());
        } catch (IOException e) {
            throw new DataException(
                    "cannot fetch " + corpus.url() + " into " + folder + ": " + reason(e)
                            + "; without a network, copy the file there by other means and pass it with --data",
                    e);
        } finally {
            deleteQuietly(part);
        }
    }

    private static void download(PublicCorpus corpus, Path part, MessageDigest digest)
            throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NORMAL)
                .connectTimeout(CONNECT)
                .build()) {
            HttpResponse<InputStream> response = client.send(
                    HttpRequest.newBuilder(corpus.url()).build(), HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream body = response.body();
                    OutputStream out = new DigestOutputStream(Files.newOutputStream(part), digest)) {
                if (response.statusCode() != 200) {
                    throw new IOException("the server answered " + response.statusCode());
                }
                body.transferTo(out);
            }
        }
    }

    /** Some network exceptions have no message of their own. */
    private static String reason(Throwable e) {
        for (Throwable t = e; t != null; t = t.getCause()) {
            if (t.getMessage() != null && !t.getMessage().isBlank()) {
                return t.getMessage();
            }
        }
        return e.getClass().getSimpleName();
    }

    private static void deleteQuietly(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // The download has failed or been moved already; a left-over part is overwritten next time.
        }
    }
}
