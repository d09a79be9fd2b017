package org.tornadogpt.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
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
}
