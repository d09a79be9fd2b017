package org.tornadogpt.trainer.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;

/** One file, a folder of files, or the files that a glob matches. */
final class TextFiles {
    /** Begins the spec of a text that came through a pipe: it cannot be read again. */
    static final String PIPE = "pipe:";

    private final TextRules rules;
    private final ReadingListener listener;
    private final TextSink sink;

    /** @param sink takes the text; null for one that is held */
    TextFiles(TextRules rules, ReadingListener listener, TextSink sink) {
        this.sink = sink;
        this.rules = rules;
        this.listener = listener;
    }

    TextCollector readFile(Path file) {
        try (InputStream in = InputFile.open(file)) {
            if (Files.isRegularFile(file) && Files.size(file) > rules.maxBytes()) {
                throw TextCollector.tooLarge(file.toString(), rules);
            }
            TextCollector collector = new TextCollector(spec(file), rules, listener, sink);
            collector.expect(Files.isRegularFile(file) ? Files.size(file) : 0);
            collector.add(file.toString(), in);
            return collector.end("characters in " + file);
        } catch (IOException e) {
            throw InputFile.failure(file, e);
        }
    }

    /** What finds the file again: {@code /dev/stdin} and the like are another file for the next process. */
    private static String spec(Path file) throws IOException {
        if (InputFile.isPipe(file)) {
            return PIPE + file;
        }
        return file.startsWith("/dev") || file.startsWith("/proc/self")
                ? file.toRealPath().toString()
                : file.toString();
    }

    /**
     * Every text file below {@code folder}, by path; files and folders whose name begins with a dot are left out unless
     * asked for.
     */
    TextCollector readFolder(Path folder) {
        TextCollector collector = new TextCollector(folder.toString(), rules, listener, sink);
        List<Path> files = FolderWalk.find(
                folder, Integer.MAX_VALUE, rules.hiddenFiles(), path -> true, rules, collector, listener);
        return readAll(collector, folder, files, "text files in " + folder);
    }

    /** The files that match; names that begin with a dot match like others. */
    TextCollector readGlob(String spec) {
        Glob glob = Glob.of(spec);
        PathMatcher matcher = glob.matcher();
        if (!Files.isDirectory(glob.root())) {
            throw new DataException("no folder " + glob.root() + " for the glob " + spec);
        }
        TextCollector collector = new TextCollector(glob.spec(), rules, listener, sink);
        List<Path> files =
                FolderWalk.find(glob.root(), glob.depth(), true, matcher::matches, rules, collector, listener);
        String hint = spec.indexOf('[') < 0 ? "" : " (\\[ is a bracket that is part of a name)";
        return readAll(collector, glob.root(), files, "files match " + spec + hint);
    }

    private static TextCollector readAll(TextCollector collector, Path root, List<Path> files, String sought) {
        for (Path file : files) {
            try (InputStream in = InputFile.open(file)) {
                collector.addIfText(root.relativize(file).toString(), in);
            } catch (IOException e) {
                throw InputFile.failure(file, e);
            }
        }
        return collector.end(sought);
    }
}
