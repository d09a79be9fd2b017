package org.tornadogpt.trainer.data;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/** The text files of a zip or jar, in the order of their names. */
final class ZippedTexts {
    /** What a zip may hold whatever its size: a kilobyte of blanks is no bomb. */
    private static final long HARMLESS = 64_000_000;

    /** A file or folder whose name begins with a dot and is not one or two dots. */
    private static final Pattern HIDDEN = Pattern.compile("(^|/)\\.(?!\\.?(/|$))");

    private final Path zip;
    private final TextRules rules;
    private final ReadingListener listener;
    private final TextSink sink;

    /** @param sink takes the text; null for one that is held */
    ZippedTexts(Path zip, TextRules rules, ReadingListener listener, TextSink sink) {
        this.sink = sink;
        this.zip = zip;
        this.rules = rules;
        this.listener = listener;
    }

    TextCollector read() {
        return read(zip.toString(), name -> true, "text files");
    }

    /**
     * Some of the files.
     *
     * @param spec the corpus's name
     * @param wanted which entries to read
     * @param what is wanted, for the message when there is none
     */
    TextCollector read(String spec, Predicate<String> wanted, String what) {
        if (!Files.isRegularFile(zip)) {
            throw new DataException(zip + " is not a file, which a zip must be");
        }
        try (ZipFile file = open()) {
            TextCollector collector = new TextCollector(spec, rules, listener, sink);
            long left = Math.max(HARMLESS, rules.maxZipRatio() * Files.size(zip));
            for (ZipEntry entry : entries(file, wanted, collector)) {
                try (Expansion in = new Expansion(file.getInputStream(entry), left)) {
                    collector.addIfText(entry.getName(), in);
                    left -= in.count;
                }
            }
            return collector.end(what + " in " + zip);
        } catch (IOException e) {
            throw new DataException("cannot read the zip " + zip + ": " + e.getMessage(), e);
        }
    }

    /** Names that are not UTF-8 come from old tools: any code will do, for they are shown and sorted by only. */
    private ZipFile open() throws IOException {
        try {
            return new ZipFile(zip.toFile());
        } catch (ZipException e) {
            return new ZipFile(zip.toFile(), StandardCharsets.ISO_8859_1);
        }
    }

    private List<ZipEntry> entries(ZipFile file, Predicate<String> wanted, TextCollector collector) {
        if (file.size() > rules.maxFiles()) {
            throw new DataException(String.format(
                    Locale.ROOT,
                    "%s holds %,d files, more than %,d: pass fewer, or raise the limit with --set maxFiles=N",
                    zip,
                    file.size(),
                    rules.maxFiles()));
        }
        List<ZipEntry> entries = new ArrayList<>();
        file.stream()
                .filter(e -> !e.isDirectory() && wanted.test(e.getName()))
                .filter(e -> rules.hiddenFiles() || !HIDDEN.matcher(e.getName()).find())
                .forEach(entries::add);
        entries.sort(Comparator.comparing(ZipEntry::getName));
        Set<String> runs = new TreeSet<>(
                RunFolders.in(entries.stream().map(ZipEntry::getName).toList()));
        runs.forEach(folder -> collector.leaveOut(folder, RunFolders.REASON));
        entries.removeIf(e -> runs.stream().anyMatch(e.getName()::startsWith));
        return entries;
    }

    /**
     * Counts what comes out of an entry and stops where that is out of proportion: a zip bomb is small and unpacks to
     * gigabytes.
     */
    private final class Expansion extends FilterInputStream {
        private final long most;
        private long count;

        Expansion(InputStream in, long most) {
            super(in);
            this.most = most;
        }

        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
            int read = super.read(bytes, from, length);
            count += Math.max(0, read);
            if (count > most) {
                throw new DataException(String.format(
                        Locale.ROOT,
                        "%s unpacks to more than %,d times its size, as zip bombs do: pass it unpacked, or raise the limit"
                                + " with --set maxZipRatio=N",
                        zip,
                        rules.maxZipRatio()));
            }
            return read;
        }
    }
}
