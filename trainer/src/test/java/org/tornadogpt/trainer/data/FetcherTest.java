package org.tornadogpt.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tornadogpt.trainer.data.PublicCorpora.PublicCorpus;

class FetcherTest {
    private static final String ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    @TempDir
    private Path folder;

    private HttpServer server;

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/abc", exchange -> {
            exchange.sendResponseHeaders(200, 3);
            exchange.getResponseBody().write("abc".getBytes(StandardCharsets.UTF_8));
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private PublicCorpus corpus(String path, String sha256) {
        URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
        return new PublicCorpus("abc", "abc.txt", url, Optional.ofNullable(sha256), "three letters");
    }

    @Test
    void keepsWhatHasTheRightChecksum() throws InterruptedException {
        Fetcher.Fetched fetched = Fetcher.fetch(corpus("/abc", ABC), folder.resolve("new"));
        assertThat(fetched.file()).hasContent("abc");
        assertThat(fetched.verified()).isTrue();
    }

    @Test
    void saysWhenThereIsNoChecksumToCompareWith() throws InterruptedException {
        Fetcher.Fetched fetched = Fetcher.fetch(corpus("/abc", null), folder);
        assertThat(fetched.sha256()).isEqualTo(ABC);
        assertThat(fetched.verified()).isFalse();
    }

    @Test
    void keepsNothingThatIsNotWhatWasExpected() {
        assertThatThrownBy(() -> Fetcher.fetch(corpus("/abc", "0".repeat(64)), folder))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll(ABC, "expected");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void saysWhatToDoWithoutANetwork() {
        assertThatThrownBy(() -> Fetcher.fetch(corpus("/none", null), folder))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll("404", "--data");
        server.stop(0);
        assertThatThrownBy(() -> Fetcher.fetch(corpus("/abc", null), folder))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll("127.0.0.1", "--data");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void anUnknownChecksumIsRecordedAndLaterFetchesAreHeldToIt() throws InterruptedException, IOException {
        Fetcher.fetch(corpus("/abc", null), folder);
        assertThat(folder.resolve("abc.txt.sha256")).hasContent(ABC + "  abc.txt");
        Files.delete(folder.resolve("abc.txt"));
        assertThat(Fetcher.fetch(corpus("/abc", null), folder).verdict()).isEqualTo(Fetcher.Verdict.RECORDED);
        Files.delete(folder.resolve("abc.txt"));
        Files.writeString(folder.resolve("abc.txt.sha256"), "0".repeat(64));
        assertThatThrownBy(() -> Fetcher.fetch(corpus("/abc", null), folder))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll(ABC, "abc.txt.sha256", "came first");
        assertThat(folder.resolve("abc.txt")).doesNotExist();
    }

    @Test
    void whatIsThereAndRightIsNotFetched() throws InterruptedException {
        Fetcher.fetch(corpus("/abc", ABC), folder);
        server.stop(0);
        assertThat(Fetcher.fetch(corpus("/abc", ABC), folder).there()).isTrue();
    }

    /** Serves half of a file, then breaks; later the rest to whoever asks for it. */
    private byte[] serveInHalves(String version, List<String> ranges) {
        byte[] whole = new byte[100_003];
        new Random(7).nextBytes(whole);
        server.createContext("/long", exchange -> {
            String range = exchange.getRequestHeaders().getFirst("Range");
            String condition = exchange.getRequestHeaders().getFirst("If-Range");
            ranges.add(range + " " + condition);
            boolean rest = range != null && (condition == null || condition.equals(version));
            int from = rest ? Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1")) : 0;
            if (version != null) {
                exchange.getResponseHeaders().set("ETag", version);
            }
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes " + from + "-" + (whole.length - 1) + "/" + whole.length);
            exchange.sendResponseHeaders(rest ? 206 : 200, whole.length - from);
            boolean breaks = ranges.size() == 1;
            exchange.getResponseBody().write(whole, from, breaks ? whole.length / 2 : whole.length - from);
            exchange.getResponseBody().flush();
            exchange.close();
        });
        return whole;
    }

    private void breaks(String sha256) {
        assertThatThrownBy(() -> Fetcher.fetch(corpus("/long", sha256), folder))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("bytes that came are kept, the same command goes on from there");
        assertThat(folder.resolve("abc.txt")).doesNotExist();
    }

    @Test
    void aBrokenTransferGoesOnWhereItEnded() throws InterruptedException {
        List<String> ranges = new ArrayList<>();
        byte[] whole = serveInHalves("\"v1\"", ranges);
        breaks(null);
        long kept = folder.resolve("abc.txt.part").toFile().length();
        assertThat(kept).isBetween(1L, 100_002L);
        Fetcher.Fetched fetched = Fetcher.fetch(corpus("/long", null), folder);
        assertThat(fetched.file()).hasBinaryContent(whole);
        assertThat(ranges.get(1)).isEqualTo("bytes=" + kept + "- \"v1\"");
        assertThat(folder.resolve("abc.txt.part")).doesNotExist();
        assertThat(folder.resolve("abc.txt.part.version")).doesNotExist();
    }

    @Test
    void twoVersionsAreNotPutTogether() throws InterruptedException, IOException {
        List<String> ranges = new ArrayList<>();
        byte[] whole = serveInHalves("\"v1\"", ranges);
        breaks(null);
        Files.writeString(folder.resolve("abc.txt.part.version"), "\"v0\"");
        Files.write(folder.resolve("abc.txt.part"), new byte[5000]);
        assertThat(Fetcher.fetch(corpus("/long", null), folder).file()).hasBinaryContent(whole);
    }

    @Test
    void withoutVersionAndChecksumItBeginsAnew() throws InterruptedException {
        List<String> ranges = new ArrayList<>();
        byte[] whole = serveInHalves(null, ranges);
        breaks(null);
        assertThat(Fetcher.fetch(corpus("/long", null), folder).file()).hasBinaryContent(whole);
        assertThat(ranges.get(1)).isEqualTo("null null");
    }

    @Test
    void aMirrorMayBeAFolderOrAnAddress() throws InterruptedException, IOException {
        Path mirror = Files.createDirectories(folder.resolve("mirror"));
        Files.writeString(mirror.resolve("abc.txt"), "abc");
        PublicCorpus corpus = corpus("/none", ABC);
        Path into = folder.resolve("into");
        assertThat(Fetcher.fetch(corpus, CorpusSource.mirror(corpus, mirror.toString()), into)
                        .verified())
                .isTrue();
        Files.delete(into.resolve("abc.txt"));
        server.createContext("/m/abc.txt", exchange -> {
            exchange.sendResponseHeaders(200, 3);
            exchange.getResponseBody().write("abc".getBytes(StandardCharsets.UTF_8));
            exchange.close();
        });
        String address = "http://127.0.0.1:" + server.getAddress().getPort() + "/m/";
        assertThat(Fetcher.fetch(corpus, CorpusSource.mirror(corpus, address), into)
                        .file())
                .hasContent("abc");
        assertThatThrownBy(() -> Fetcher.fetch(corpus, CorpusSource.mirror(corpus, into + "/nowhere"), folder))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll("no such file", "--from");
    }
}
