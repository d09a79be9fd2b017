package org.tornadogpt.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CorpusReaderTest {
    @TempDir
    private Path folder;

    private Path file(String name, String text) throws IOException {
        return file(name, text.getBytes(StandardCharsets.UTF_8));
    }

    private Path file(String name, byte... bytes) throws IOException {
        Path path = folder.resolve(name);
        Files.createDirectories(path.getParent());
        return Files.write(path, bytes);
    }

    private static Corpus read(String spec) {
        return new CorpusReader(TextRules.USUAL, ReadingListener.NONE).read(spec);
    }

    private static void assertFails(String spec, String... parts) {
        assertThatThrownBy(() -> read(spec)).isInstanceOf(DataException.class).hasMessageContainingAll(parts);
    }

    @Test
    void theJdkCorpusIsJavaSource() {
        Corpus corpus = read("jdk");
        assertThat(corpus.spec()).isEqualTo("jdk");
        assertThat(corpus.files()).isGreaterThan(300);
        assertThat(corpus.text()).hasSizeGreaterThan(8_000_000).contains("public class ArrayList<E>");
        assertThat(corpus.skipped()).isEmpty();
    }

    @Test
    void aJdkWithoutSourcesSaysWhatToDo() {
        assertThatThrownBy(() -> JdkSources.read(folder, TextRules.USUAL, ReadingListener.NONE, null))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll("src.zip", folder.toString(), "--data FILE");
    }

    @Test
    void theQuoteHas13DistinctCharacters() {
        String text = read("quote").text();
        assertThat(text.chars().distinct().count()).isEqualTo(13);
        assertThat(text.length()).isGreaterThan(33);
    }

    @Test
    void readsOneFileUnchanged() throws IOException {
        String text = "zürich\n\t日本 \uD83D\uDE00\n";
        Path path = file("a.txt", text);
        Corpus corpus = read(path.toString());
        assertThat(corpus.text()).isEqualTo(text);
        assertThat(corpus.spec()).isEqualTo(path.toString());
        assertThat(corpus.changed()).isEmpty();
    }

    @Test
    void readsAFolderInTheOrderOfPathsAndNamesWhatItLeavesOut() throws IOException {
        file("b/z.txt", "3");
        file("b/a.txt", "2");
        file("a.txt", "1");
        file(".hidden/x.txt", "no");
        file("c.png", (byte) 0x89, (byte) 'P', (byte) 0);
        Corpus corpus = read(folder.toString());
        assertThat(corpus.text()).isEqualTo("123");
        assertThat(corpus.files()).isEqualTo(3);
        assertThat(corpus.skipped()).singleElement().asString().contains("c.png", "offset 0");
    }

    @Test
    void readsAGlob() throws IOException {
        file("src/a.c", "a");
        file("src/deep/er/b.c", "b");
        file("src/c.h", "c");
        assertThat(read(folder + "/src/**.c").text()).isEqualTo("ab");
        assertThat(read(folder + "/src/*.c").text()).isEqualTo("a");
        assertThat(read(folder + "/src/../src/*.{c,h}").text()).isEqualTo("ac");
        assertFails(folder + "/src/*.java", "*.java");
        assertFails(folder + "/nowhere/*.java", "nowhere");
        assertFails(folder + "/src/[", "malformed glob");
    }

    @Test
    void readsAZipInTheOrderOfNames() throws IOException {
        Path zip = folder.resolve("t.zip");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
            for (String name : new String[] {"b.txt", "a.txt", "dir/c.txt"}) {
                out.putNextEntry(new ZipEntry(name));
                out.write(name.substring(0, 1).getBytes(StandardCharsets.UTF_8));
            }
        }
        assertThat(read(zip.toString()).text()).isEqualTo("abd");
    }

    @Test
    void refusesWhatIsNotText() throws IOException {
        assertFails(file("nul.bin", (byte) 'a', (byte) 0, (byte) 'b').toString(), "nul.bin", "NUL", "offset 1");
        assertFails(
                file("latin.txt", (byte) 'a', (byte) 'b', (byte) 0xE4, (byte) 'c')
                        .toString(),
                "latin.txt",
                "0xe4",
                "offset 2");
        assertFails(file("cut.txt", (byte) 'a', (byte) 0xE2, (byte) 0x82).toString(), "cut.txt", "offset 1");
        assertFails(file("broken.zip", (byte) 'a').toString(), "broken.zip");
        assertFails(
                Files.writeString(folder.resolve("wide.txt"), "\uFEFFab", StandardCharsets.UTF_16LE)
                        .toString(),
                "wide.txt",
                "UTF-16",
                "iconv");
    }

    @Test
    void offsetsAreThoseOfTheFileHoweverLongItIs() throws IOException {
        byte[] bytes = "é".repeat(100_001).getBytes(StandardCharsets.UTF_8);
        bytes[200_001] = 'x';
        assertFails(file("long.txt", bytes).toString(), "byte 0xc3 at offset 200000");
        bytes[150_000] = 0;
        bytes[150_001] = 0;
        assertFails(file("nul.txt", bytes).toString(), "NUL byte at offset 150000");
    }

    @Test
    void refusesWhatIsMissingOrEmpty() throws IOException {
        assertFails(folder + "/none.txt", "none.txt");
        assertFails("\0", "no data");
        assertFails(file("empty.txt").toString(), "empty.txt");
        Files.createDirectory(folder.resolve("bare"));
        assertFails(folder.resolve("bare").toString(), "bare");
    }

    @Test
    void theChecksumIsThatOfTheFile() throws IOException {
        Path path = file("a.txt", "abc");
        assertThat(read(path.toString()).sha256())
                .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
