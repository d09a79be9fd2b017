package org.tornadogpt.trainer.data;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Finds the text that {@code --data} names. */
public final class CorpusReader {
    /** The Java sources of the running JDK. */
    public static final String JDK = "jdk";

    /** One sentence. */
    public static final String QUOTE = "quote";

    /** 39 characters, 13 of them distinct. */
    public static final String SENTENCE = "to be or not to be that is the question";

    private CorpusReader() {}

    /**
     * Reads a text.
     *
     * @param spec {@code jdk}, {@code quote}, the name of a fetched public corpus, a file, a folder, a glob, or a zip
     * @throws DataException if there is nothing there, or nothing that is text
     */
    public static Corpus read(String spec) {
        if (spec.equals(JDK)) {
            return JdkSources.read(Path.of(System.getProperty("java.home")));
        }
        if (spec.equals(QUOTE)) {
            return new Corpus(QUOTE, SENTENCE, 1, List.of());
        }
        Path path = existing(spec);
        if (path != null) {
            return readPath(path);
        }
        if (PublicCorpora.find(spec).isPresent()) {
            return readFetched(spec);
        }
        if (TextFiles.isGlob(spec)) {
            return TextFiles.readGlob(spec);
        }
        throw new DataException(
                "no data at '" + spec + "': give a file, folder, glob or zip, or one of " + String.join(", ", names()));
    }

    /** Every name that needs no path. */
    public static List<String> names() {
        return List.of(JDK, QUOTE, "tinyshakespeare", "war-and-peace", "linux");
    }

    private static Corpus readFetched(String name) {
        Path fetched = PublicCorpora.defaultFolder()
                .resolve(PublicCorpora.find(name).orElseThrow().fileName());
        if (!Files.exists(fetched)) {
            throw new DataException("the corpus " + name + " is not on this machine: fetch it with 'tgpt data fetch "
                    + name + "', or pass a file with --data");
        }
        return readPath(fetched);
    }

    private static Corpus readPath(Path path) {
        if (Files.isDirectory(path)) {
            return TextFiles.readFolder(path);
        }
        String lower = path.toString().toLowerCase(Locale.ROOT);
        if (lower.endsWith(".zip") || lower.endsWith(".jar")) {
            return ZippedTexts.read(path);
        }
        return TextFiles.readFile(path);
    }

    private static Path existing(String spec) {
        try {
            Path path = Path.of(spec);
            return Files.exists(path) ? path.toAbsolutePath().normalize() : null;
        } catch (InvalidPathException e) {
            return null;
        }
    }
}
