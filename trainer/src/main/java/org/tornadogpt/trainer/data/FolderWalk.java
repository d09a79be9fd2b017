package org.tornadogpt.trainer.data;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/** Finds files below a folder, by path. Links to files are followed, links to folders are not, and that is said. */
final class FolderWalk extends SimpleFileVisitor<Path> {
    private final Path root;
    private final Path real;
    private final int depth;
    private final boolean hidden;
    private final Predicate<Path> wanted;
    private final TextRules rules;
    private final TextCollector collector;
    private final ReadingListener listener;
    private final List<Path> found = new ArrayList<>();
    private int seen;

    private FolderWalk(
            Path root,
            int depth,
            boolean hidden,
            Predicate<Path> wanted,
            TextRules rules,
            TextCollector collector,
            ReadingListener listener)
            throws IOException {
        this.root = root;
        this.real = root.toRealPath();
        this.depth = depth;
        this.hidden = hidden;
        this.wanted = wanted;
        this.rules = rules;
        this.collector = collector;
        this.listener = listener;
    }

    /**
     * The files in order.
     *
     * @param depth folders that are entered, one below the other
     * @param hidden whether files and folders whose names begin with a dot count
     * @param wanted tells by the path below {@code root}
     * @param collector told what is left out
     */
    static List<Path> find(
            Path root,
            int depth,
            boolean hidden,
            Predicate<Path> wanted,
            TextRules rules,
            TextCollector collector,
            ReadingListener listener) {
        try {
            FolderWalk walk = new FolderWalk(root, depth, hidden, wanted, rules, collector, listener);
            Files.walkFileTree(walk.real, EnumSet.noneOf(FileVisitOption.class), depth, walk);
            Collections.sort(walk.found);
            return walk.found;
        } catch (AccessDeniedException e) {
            throw new DataException("no permission to read " + e.getFile(), e);
        } catch (IOException e) {
            throw new DataException("cannot list " + root + ": " + e.getMessage(), e);
        }
    }

    private void count() {
        listener.read(0, ++seen);
        if (seen > rules.maxFiles()) {
            throw new DataException(String.format(
                    Locale.ROOT,
                    "%s holds more than %,d files and folders: name fewer, or raise the limit with --set maxFiles=N",
                    root,
                    rules.maxFiles()));
        }
    }

    private boolean isHidden(Path path) {
        return !hidden
                && path.getFileName() != null
                && path.getFileName().toString().startsWith(".");
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
        if (folder.equals(real)) {
            return FileVisitResult.CONTINUE;
        }
        count();
        if (isHidden(folder)) {
            return FileVisitResult.SKIP_SUBTREE;
        }
        if (RunFolders.is(folder)) {
            collector.leaveOut(real.relativize(folder).toString(), RunFolders.REASON);
            return FileVisitResult.SKIP_SUBTREE;
        }
        return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
        count();
        Path relative = real.relativize(file);
        if (isHidden(file)) {
            return FileVisitResult.CONTINUE;
        }
        if (Files.isDirectory(file)) {
            if (attributes.isSymbolicLink() && relative.getNameCount() < depth) {
                collector.leaveOut(relative.toString(), "is a link to a folder");
            }
        } else if (wanted.test(relative)) {
            if (Files.isRegularFile(file)) {
                found.add(root.resolve(relative));
            } else {
                collector.leaveOut(
                        relative.toString(),
                        Files.exists(file) ? "is not a file but a pipe, a socket or a device" : "is a link to nothing");
            }
        }
        return FileVisitResult.CONTINUE;
    }
}
