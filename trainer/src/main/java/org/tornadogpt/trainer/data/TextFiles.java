package org.tornadogpt.trainer.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;

/** One file, a folder of files, or the files that a glob matches. */
final class TextFiles {
    private static final String WILDCARDS = "*?[{";

    private TextFiles() {}

    static Corpus readFile(Path file) {
        TextCollector collector = new TextCollector(file.toString());
        collector.add(file.toString(), bytes(file));
        return collector.corpus("characters in " + file);
    }

    /** Every text file below {@code folder}, by path; files and folders whose name begins with a dot are left out. */
    static Corpus readFolder(Path folder) {
        List<Path> files = walk(folder, path -> !isHidden(folder.relativize(path)));
        return readAll(folder.toString(), folder, files, "text files in " + folder);
    }

    static boolean isGlob(String spec) {
        return spec.chars().anyMatch(c -> WILDCARDS.indexOf(c) >= 0);
    }

    /** The files that match; {@code **} crosses folders, as in {@code src/**}{@code /*.java}. */
    static Corpus readGlob(String glob) {
        int wild = 0;
        while (WILDCARDS.indexOf(glob.charAt(wild)) < 0) {
            wild++;
        }
        int rest = glob.lastIndexOf('/', wild) + 1;
        Path root = Path.of(glob.substring(0, rest)).toAbsolutePath().normalize();
        if (!Files.isDirectory(root)) {
            throw new DataException("no folder " + root + " for the glob " + glob);
        }
        try {
            PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + glob.substring(rest));
            List<Path> files = walk(root, path -> matcher.matches(root.relativize(path)));
            return readAll(root + "/" + glob.substring(rest), root, files, "files match " + glob);
        } catch (PatternSyntaxException e) {
            throw new DataException("malformed glob " + glob + ": " + e.getDescription(), e);
        }
    }

    private static boolean isHidden(Path relative) {
        for (Path part : relative) {
            if (part.toString().startsWith(".")) {
                return true;
            }
        }
        return false;
    }

    private static List<Path> walk(Path root, Predicate<Path> wanted) {
        try (Stream<Path> paths = Files.find(root.toRealPath(), Integer.MAX_VALUE, (p, a) -> Files.isRegularFile(p))) {
            Path real = root.toRealPath();
            return paths.map(p -> root.resolve(real.relativize(p)))
                    .filter(wanted)
                    .sorted()
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            throw new DataException("cannot list " + root + ": " + e.getMessage(), e);
        }
    }

    private static Corpus readAll(String spec, Path root, List<Path> files, String sought) {
        TextCollector collector = new TextCollector(spec);
        for (Path file : files) {
            collector.addIfText(root.relativize(file).toString(), bytes(file));
        }
        return collector.corpus(sought);
    }

    private static byte[] bytes(Path file) {
        try {
            if (Files.size(file) > Integer.MAX_VALUE - 64) {
                throw new DataException(file + " has " + Files.size(file) + " bytes; at most "
                        + (Integer.MAX_VALUE - 64) + " can be read");
            }
            return Files.readAllBytes(file);
        } catch (AccessDeniedException e) {
            throw new DataException("no permission to read " + file, e);
        } catch (IOException e) {
            throw new DataException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }
}
