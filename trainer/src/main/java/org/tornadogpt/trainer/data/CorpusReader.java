package org.tornadogpt.trainer.data;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/** Finds the text that {@code --data} names. */
public final class CorpusReader {
    /** The Java sources of the running JDK. */
    public static final String JDK = "jdk";

    /** One sentence. */
    public static final String QUOTE = "quote";

    /** 39 characters, 13 of them distinct. */
    public static final String SENTENCE = "to be or not to be that is the question";

    private final TextRules rules;
    private final ReadingListener listener;

    /** A reader that follows {@code rules} and tells {@code listener} how far it has come. */
    public CorpusReader(TextRules rules, ReadingListener listener) {
        this.rules = rules;
        this.listener = listener;
    }

    /**
     * Reads a text.
     *
     * @param spec {@code jdk}, {@code quote}, the name of a fetched public corpus, a file, a folder, a glob, or a zip
     * @throws DataException if there is nothing there, nothing that is text, or too much
     */
    public Corpus read(String spec) {
        return inMemory(spec, () -> find(spec, null).corpus());
    }

    /**
     * Reads a text of any length without holding it; see {@link #read}.
     *
     * @param sink takes it part by part
     */
    public Source read(String spec, TextSink sink) {
        return inMemory(spec, () -> find(spec, sink).source());
    }

    /** Whether a text can be read once only. */
    public static boolean isPipe(String spec) {
        Path path = existing(spec);
        return path != null && InputFile.isPipe(path);
    }

    /** Reads one file or pipe, whatever its name. */
    public Corpus readFile(Path file) {
        return inMemory(
                file.toString(),
                () -> new TextFiles(rules, listener, null).readFile(file).corpus());
    }

    /**
     * Does what needs memory in proportion to a text.
     *
     * @throws DataException that names the text, if there is not enough
     */
    public static <T> T inMemory(String spec, Supplier<T> work) {
        try {
            return work.get();
        } catch (OutOfMemoryError e) {
            throw new DataException(
                    String.format(
                            Locale.ROOT,
                            "the text %s does not fit this JVM's memory of %,d MB: pass a part of it, or give the JVM more with"
                                    + " TGPT_JAVA_OPTS=-Xmx...",
                            spec,
                            Runtime.getRuntime().maxMemory() / 1_000_000),
                    e);
        }
    }

    private TextCollector find(String spec, TextSink sink) {
        if (spec.equals(JDK)) {
            return JdkSources.read(Path.of(System.getProperty("java.home")), rules, listener, sink);
        }
        if (spec.equals(QUOTE)) {
            return sentence(sink);
        }
        if (spec.startsWith(TextFiles.PIPE)) {
            throw new DataException("the text came through the pipe " + spec.substring(TextFiles.PIPE.length())
                    + " and is gone: pass the same text with --data");
        }
        Path path = existing(spec);
        if (path != null) {
            return readPath(path, sink);
        }
        if (PublicCorpora.find(spec).isPresent()) {
            return readFetched(spec, sink);
        }
        if (Glob.isGlob(spec)) {
            return new TextFiles(rules, listener, sink).readGlob(spec);
        }
        throw new DataException(
                "no data at '" + spec + "': give a file, folder, glob or zip, or one of " + String.join(", ", names()));
    }

    private TextCollector sentence(TextSink sink) {
        TextCollector collector = new TextCollector(QUOTE, rules, listener, sink);
        try {
            collector.add(QUOTE, new ByteArrayInputStream(SENTENCE.getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return collector.end(QUOTE);
    }

    /** Every name that needs no path. */
    public static List<String> names() {
        return List.of(JDK, QUOTE, "tinyshakespeare", "war-and-peace", "linux");
    }

    private TextCollector readFetched(String name, TextSink sink) {
        Path fetched = PublicCorpora.defaultFolder()
                .resolve(PublicCorpora.find(name).orElseThrow().fileName());
        if (!Files.exists(fetched)) {
            throw new DataException("the corpus " + name + " is not on this machine: fetch it with 'tgpt data fetch "
                    + name + "', or pass a file with --data");
        }
        return readPath(fetched, sink);
    }

    private TextCollector readPath(Path path, TextSink sink) {
        if (Files.isDirectory(path)) {
            return new TextFiles(rules, listener, sink).readFolder(path);
        }
        String lower = path.toString().toLowerCase(Locale.ROOT);
        if (lower.endsWith(".zip") || lower.endsWith(".jar")) {
            return new ZippedTexts(path, rules, listener, sink).read();
        }
        return new TextFiles(rules, listener, sink).readFile(path);
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
