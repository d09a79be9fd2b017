package org.tornadogpt.trainer.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;
import org.tornadogpt.trainer.data.PublicCorpora.PublicCorpus;
import org.tornadogpt.trainer.files.WholeFile;

/**
 * Brings a public corpus and checks what came. A checksum that this program does not know is recorded beside the file
 * the first time, and later fetches are held to it.
 */
public final class Fetcher {
    /** What the file's checksum was compared with. */
    public enum Verdict {
        /** The one that this program knows. */
        KNOWN,
        /** The one that was recorded when it came first. */
        RECORDED,
        /** Nothing: it came first, and its checksum is recorded now. */
        FIRST
    }

    /**
     * What came.
     *
     * @param file where it lies now
     * @param bytes its size
     * @param sha256 of what came
     * @param record where a checksum that is not known is recorded
     * @param there whether it was there already, so that nothing was fetched
     */
    public record Fetched(Path file, long bytes, String sha256, Verdict verdict, Path record, boolean there) {
        /** Whether the checksum was compared with an earlier one. */
        public boolean verified() {
            return verdict != Verdict.FIRST;
        }
    }

    private static final int BUFFER = 1 << 16;
    private static final int SUM_LENGTH = 64;

    private final PublicCorpus corpus;
    private final Path target;
    private final Path record;

    private Fetcher(PublicCorpus corpus, Path folder) {
        this.corpus = corpus;
        target = folder.resolve(corpus.fileName());
        record = folder.resolve(corpus.fileName() + ".sha256");
    }

    /** From where the corpus is published. */
    public static Fetched fetch(PublicCorpus corpus, Path folder) throws InterruptedException {
        return fetch(corpus, CorpusSource.published(corpus), folder);
    }

    /**
     * Brings it beside its place and moves it there when it is whole and right. What a broken transfer has brought is
     * kept, and the next fetch goes on from it where the source allows that.
     *
     * @throws DataException if it cannot be had, or if it is not what was expected
     */
    public static Fetched fetch(PublicCorpus corpus, CorpusSource source, Path folder) throws InterruptedException {
        return new Fetcher(corpus, folder).fetch(source);
    }

    private Fetched fetch(CorpusSource source) throws InterruptedException {
        PartialFile part = new PartialFile(target);
        try {
            Files.createDirectories(target.getParent());
            Optional<String> expected = expected();
            if (expected.isPresent() && Files.exists(target) && sha256(target).equals(expected.get())) {
                return fetched(expected.get(), true);
            }
            source.bring(part, expected.isPresent());
            String sha256 = sha256(part.file());
            if (expected.isPresent() && !expected.get().equals(sha256)) {
                part.delete();
                throw new DataException(source + " is not what it was: SHA-256 " + sha256 + ", expected "
                        + expected.get() + recordNote() + "; nothing was kept");
            }
            Files.move(part.file(), target, StandardCopyOption.REPLACE_EXISTING);
            part.delete();
            Fetched fetched = fetched(sha256, false);
            if (fetched.verdict == Verdict.FIRST) {
                WholeFile.write(record, (sha256 + "  " + corpus.fileName() + "\n").getBytes(StandardCharsets.UTF_8));
            }
            return fetched;
        } catch (IOException e) {
            throw new DataException(
                    "cannot fetch " + source + " into " + target.getParent() + ": " + reason(e) + "; " + advice(part),
                    e);
        }
    }

    private String advice(PartialFile part) {
        long kept = part.keepIfUseful();
        return kept > 0
                ? "the " + kept + " bytes that came are kept, the same command goes on from there"
                : "without a network, copy the file there by other means and pass it with --data, or give its place"
                        + " with --from";
    }

    private Fetched fetched(String sha256, boolean there) throws IOException {
        Verdict verdict =
                corpus.sha256().isPresent() ? Verdict.KNOWN : Files.exists(record) ? Verdict.RECORDED : Verdict.FIRST;
        return new Fetched(target, Files.size(target), sha256, verdict, record, there);
    }

    /** The checksum to hold the file to: this program's, else the recorded one. */
    private Optional<String> expected() throws IOException {
        if (corpus.sha256().isPresent() || !Files.exists(record)) {
            return corpus.sha256();
        }
        String line = Files.readString(record).strip();
        if (line.length() < SUM_LENGTH || !line.substring(0, SUM_LENGTH).matches("[0-9a-f]+")) {
            throw new DataException(record + " holds no SHA-256: delete it to fetch without one");
        }
        return Optional.of(line.substring(0, SUM_LENGTH));
    }

    private String recordNote() {
        return corpus.sha256().isPresent()
                ? ""
                : ", recorded in " + record + " when it came first (delete that if a new edition is wanted)";
    }

    private static String sha256(Path file) throws IOException {
        MessageDigest digest = Corpus.newSha256();
        byte[] buffer = new byte[BUFFER];
        try (InputStream in = Files.newInputStream(file)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Some network exceptions have no message of their own. */
    private static String reason(Throwable e) {
        for (Throwable t = e; t != null; t = t.getCause()) {
            if (t.getMessage() != null && !t.getMessage().isBlank()) {
                return t.getMessage();
            }
        }
        return e.getClass().getSimpleName();
    }
}
