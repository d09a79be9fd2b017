package org.tornadogpt.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LineEndsTest {
    @TempDir
    private Path folder;

    private static Corpus read(Path path, boolean keep) {
        TextRules rules = new TextRules(keep, false, 1, 100, 100);
        return new CorpusReader(rules, ReadingListener.NONE).read(path.toString());
    }

    private static LineEnds.Changes pass(String text, int chunk, StringBuilder out, boolean keep) {
        LineEnds ends = new LineEnds(out, keep);
        for (int from = 0; from < text.length(); from += chunk) {
            char[] piece =
                    text.substring(from, Math.min(text.length(), from + chunk)).toCharArray();
            ends.add(piece, piece.length);
        }
        return ends.end();
    }

    /** Whatever the pieces in which a text comes. */
    @Property(tries = 300)
    void everyLineEndsWithALineFeedAndNoMarkIsLeft(
            @ForAll @Chars({'\r', '\n', '\uFEFF', 'a'}) String text, @ForAll @IntRange(min = 1, max = 5) int chunk) {
        StringBuilder out = new StringBuilder();
        LineEnds.Changes changes = pass(text, chunk, out, false);
        String expected = text.replace("\uFEFF", "").replace("\r\n", "\n").replace('\r', '\n');
        if (!text.matches("(?s).*\r\uFEFF+\n.*")) { // there the mark has kept CR and LF apart
            assertThat(out.toString()).isEqualTo(expected);
        }
        assertThat(out.toString()).doesNotContain("\r").doesNotContain("\uFEFF");
        assertThat(text.length() - out.length()).isEqualTo((int) (changes.crLf() + changes.marks()));
        assertThat(text.chars().filter(c -> c == '\r').count()).isEqualTo(changes.crLf() + changes.cr());

        StringBuilder kept = new StringBuilder();
        assertThat(pass(text, chunk, kept, true)).isEqualTo(LineEnds.Changes.NONE);
        assertThat(kept.toString()).isEqualTo(text);
    }

    @Property(tries = 100)
    void otherTextIsUnchanged(
            @ForAll @CharRange(from = ' ', to = '\uFEFE') String text, @ForAll @IntRange(min = 1, max = 5) int chunk) {
        StringBuilder out = new StringBuilder();
        assertThat(pass(text, chunk, out, false)).isEqualTo(LineEnds.Changes.NONE);
        assertThat(out.toString()).isEqualTo(text);
    }

    @Test
    void aFileOfAnotherSystemIsReadAsOneOfThisAndThatIsSaid() throws IOException {
        Path file = Files.writeString(folder.resolve("dos.txt"), "\uFEFFa\r\nb\r\n\r\nc\rd\n\uFEFFe\r");
        Corpus corpus = read(file, false);
        assertThat(corpus.text()).isEqualTo("a\nb\n\nc\nd\ne\n");
        assertThat(corpus.changed())
                .isEqualTo("3 line ends CR LF became LF, 2 line ends CR became LF, 2 byte order marks were dropped");
        assertThat(read(file, true).text()).isEqualTo(Files.readString(file));
        assertThat(read(file, true).changed()).isEmpty();
    }

    @Test
    void aLineEndThatLiesAcrossTwoPiecesIsOne() throws IOException {
        String line = "x".repeat((1 << 16) - 1);
        Path file = Files.writeString(folder.resolve("long.txt"), line + "\r\n" + line + "\r\n");
        assertThat(read(file, false).text()).isEqualTo(line + "\n" + line + "\n");
    }

    @Test
    void everyFileOfAFolderOrZipMayBeginWithAMark() throws IOException {
        Path texts = Files.createDirectory(folder.resolve("texts"));
        Files.writeString(texts.resolve("a"), "\uFEFFa\r");
        Files.writeString(texts.resolve("b"), "\uFEFF\nb\n");
        assertThat(read(texts, false).text()).isEqualTo("a\n\nb\n");
        assertThat(read(texts, false).changed()).isEqualTo("1 line ends CR became LF, 2 byte order marks were dropped");
        Path zip = folder.resolve("texts.zip");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
            for (String name : new String[] {"a", "b"}) {
                out.putNextEntry(new ZipEntry(name));
                out.write(Files.readAllBytes(texts.resolve(name)));
            }
        }
        assertThat(read(zip, false).text()).isEqualTo("a\n\nb\n");
        assertThat(read(zip, true).text()).isEqualTo("\uFEFFa\r\uFEFF\nb\n");
    }

    @Test
    void whatIsLeftOutDoesNotCount() throws IOException {
        Path texts = Files.createDirectory(folder.resolve("texts"));
        Files.writeString(texts.resolve("a"), "a\n");
        Files.writeString(texts.resolve("b"), "b\r\n\uFEFF\0");
        Corpus corpus = read(texts, false);
        assertThat(corpus.text()).isEqualTo("a\n");
        assertThat(corpus.changed()).isEmpty();
    }
}
