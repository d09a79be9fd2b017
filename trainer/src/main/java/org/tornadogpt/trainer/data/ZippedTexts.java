package org.tornadogpt.trainer.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** The text files of a zip or jar, in the order of their names. */
final class ZippedTexts {
    private ZippedTexts() {}

    static Corpus read(Path zip) {
        return read(zip.toString(), zip, name -> true, "text files");
    }

    /**
     * @param spec the corpus's name
     * @param wanted which entries to read
     * @param what is wanted, for the message when there is none
     */
    static Corpus read(String spec, Path zip, Predicate<String> wanted, String what) {
        try (ZipFile file = new ZipFile(zip.toFile())) {
            List<ZipEntry> entries = new ArrayList<>();
            file.stream()
                    .filter(e -> !e.isDirectory() && wanted.test(e.getName()))
                    .forEach(entries::add);
            entries.sort(Comparator.comparing(ZipEntry::getName));
            TextCollector collector = new TextCollector(spec);
            for (ZipEntry entry : entries) {
                try (InputStream in = file.getInputStream(entry)) {
                    collector.addIfText(entry.getName(), in.readAllBytes());
                }
            }
            return collector.corpus(what + " in " + zip);
        } catch (IOException e) {
            throw new DataException("cannot read the zip " + zip + ": " + e.getMessage(), e);
        }
    }
}
