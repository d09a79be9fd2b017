package org.tornadogpt.trainer.data;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Corpora that {@code tgpt data fetch} can download. */
public final class PublicCorpora {
    /**
     * One text on the network.
     *
     * @param name as given to {@code tgpt data fetch} and to {@code --data}
     * @param fileName what it is called on disk
     * @param url where it lies
     * @param sha256 of the file, empty where none is known: then what came is shown and called unverified
     * @param about one line
     */
    public record PublicCorpus(String name, String fileName, URI url, Optional<String> sha256, String about) {}

    private static final List<PublicCorpus> ALL = List.of(
            new PublicCorpus(
                    "tinyshakespeare",
                    "tinyshakespeare.txt",
                    URI.create(
                            "https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt"),
                    Optional.of("86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed"),
                    "plays by Shakespeare, 1.1 MB"),
            new PublicCorpus(
                    "war-and-peace",
                    "war-and-peace.txt",
                    URI.create("https://www.gutenberg.org/cache/epub/2600/pg2600.txt"),
                    Optional.empty(),
                    "Tolstoy's novel in English from Project Gutenberg, 3.3 MB"),
            new PublicCorpus(
                    "linux",
                    "linux-6.12.zip",
                    URI.create("https://github.com/torvalds/linux/archive/refs/tags/v6.12.zip"),
                    Optional.empty(),
                    "Linux 6.12 sources, 300 MB to download, 1.5 GB of text"));

    private PublicCorpora() {}

    public static List<PublicCorpus> all() {
        return ALL;
    }

    public static Optional<PublicCorpus> find(String name) {
        return ALL.stream().filter(c -> c.name().equals(name)).findFirst();
    }

    /** Where fetched corpora are kept: {@code $XDG_DATA_HOME/tornado-gpt}, by default below {@code ~/.local/share}. */
    public static Path defaultFolder() {
        String xdg = System.getenv("XDG_DATA_HOME");
        Path base = xdg == null || xdg.isBlank()
                ? Path.of(System.getProperty("user.home"), ".local", "share")
                : Path.of(xdg);
        return base.resolve("tornado-gpt");
    }
}
