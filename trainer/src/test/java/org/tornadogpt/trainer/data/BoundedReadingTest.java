package org.tornadogpt.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a path names, reading comes to an end: with its text, or with one line that names it. */
@Timeout(60)
class BoundedReadingTest {
    @TempDir
    private Path folder;

    private static Corpus read(Object spec, TextRules rules) {
        return new CorpusReader(rules, ReadingListener.NONE).read(spec.toString());
    }

    private static Corpus read(Object spec) {
        return read(spec, TextRules.USUAL);
    }

    private static TextRules limits(int megabytes, int files, int ratio) {
        return new TextRules(false, false, megabytes, files, ratio);
    }

    private static void assertFails(Object spec, TextRules rules, String... parts) {
        assertThatThrownBy(() -> read(spec, rules))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll(parts);
    }

    private static void assertFails(Object spec, String... parts) {
        assertFails(spec, TextRules.USUAL, parts);
    }

    private Path pipe(String name) throws IOException, InterruptedException {
        Path pipe = folder.resolve(name);
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        return pipe;
    }

    private Path zip(String name, Object... namesAndTexts) throws IOException {
        Path zip = folder.resolve(name);
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
            for (int i = 0; i < namesAndTexts.length; i += 2) {
                out.putNextEntry(new ZipEntry(namesAndTexts[i].toString()));
                out.write(namesAndTexts[i + 1].toString().getBytes(StandardCharsets.UTF_8));
            }
        }
        return zip;
    }

    @ParameterizedTest
    @ValueSource(strings = {"/dev/zero", "/dev/urandom", "/dev/null", "/dev/full"})
    void devices(String device) {
        assertFails(device, device + " is a device");
    }

    @Test
    void aLinkToADevice() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("text.txt"), Path.of("/dev/zero"));
        assertFails(link, "text.txt is a device");
        Files.delete(link);
    }

    @Test
    void sockets() throws IOException {
        Path path = folder.resolve("socket");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(path));
            assertFails(path, "socket is a socket");
        }
    }

    @Test
    void aPipeWithoutAWriterIsWaitedForAWhile() throws IOException, InterruptedException {
        Path pipe = pipe("pipe");
        assertThat(InputFile.PATIENCE).isEqualTo(Duration.ofSeconds(10));
        assertThatThrownBy(() -> InputFile.openPipe(pipe, Duration.ofMillis(100)))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("pipe is a pipe that nobody writes to");
    }

    @Test
    void aPipeWithAWriterIsRead() throws IOException, InterruptedException {
        Path pipe = pipe("pipe");
        Thread writer = Thread.ofPlatform().start(() -> {
            try (OutputStream out = Files.newOutputStream(pipe)) {
                out.write("first ".getBytes(StandardCharsets.UTF_8));
                out.flush();
                Thread.sleep(200);
                out.write("second".getBytes(StandardCharsets.UTF_8));
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        Corpus corpus = read(pipe);
        assertThat(corpus.text()).isEqualTo("first second");
        writer.join();
        assertThat(corpus.spec()).isEqualTo("pipe:" + pipe);
        assertFails(corpus.spec(), "came through the pipe " + pipe, "--data");
    }

    @Test
    void aPipeWithoutEndEndsAtTheLimit() throws IOException, InterruptedException {
        Path pipe = pipe("endless");
        Process writer = new ProcessBuilder("sh", "-c", "yes > \"$0\"", pipe.toString()).start();
        assertFails(pipe, limits(3, 10, 100), "endless holds more than 3 MB of text", "maxTextMegabytes");
        assertThat(writer.waitFor()).isNotZero();
    }

    @Test
    void aLargeFileIsNotEvenBegun() throws IOException {
        Path file = folder.resolve("large.txt");
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(1L << 40);
        }
        assertFails(file, "large.txt holds more than 1,000 MB of text", "--set maxTextMegabytes=N");
    }

    @Test
    void theLimitOfTextHoldsForAllFilesTogether() throws IOException {
        Files.writeString(folder.resolve("a"), "a".repeat(600_000));
        Files.writeString(folder.resolve("b"), "b".repeat(600_000));
        assertFails(folder, limits(1, 10, 100), folder.toString(), "more than 1 MB of text");
        assertThat(read(folder, limits(2, 10, 100)).text()).hasSize(1_200_000);
    }

    @Test
    void theNumberOfFilesHasALimit() throws IOException {
        for (int i = 0; i < 20; i++) {
            Files.writeString(folder.resolve("f" + i), "x");
        }
        assertFails(folder, limits(1, 19, 100), folder.toString(), "more than 19 files", "--set maxFiles=N");
        assertThat(read(folder, limits(1, 20, 100)).files()).isEqualTo(20);
        List<Object> entries = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            entries.add("f" + i);
            entries.add("x");
        }
        Path zip = zip("many.zip", entries.toArray());
        assertFails(zip, limits(1, 19, 100), "many.zip holds 20 files", "--set maxFiles=N");
        assertThat(read(zip, limits(1, 20, 100)).files()).isEqualTo(20);
    }

    @Test
    void aGlobForOneFolderDoesNotLookDeeper() throws IOException {
        Path deep = Files.createDirectories(folder.resolve("deep"));
        for (int i = 0; i < 20; i++) {
            Files.writeString(deep.resolve("f" + i), "x");
        }
        Files.writeString(folder.resolve("a.txt"), "a");
        assertThat(read(folder + "/*.txt", limits(1, 5, 100)).text()).isEqualTo("a");
        assertFails(folder + "/**.txt", limits(1, 5, 100), "more than 5 files");
    }

    @Test
    void aZipBomb() throws IOException {
        Path bomb = folder.resolve("bomb.zip");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(bomb))) {
            out.putNextEntry(new ZipEntry("bomb.txt"));
            byte[] block = "a".repeat(1 << 20).getBytes(StandardCharsets.UTF_8);
            for (int i = 0; i < 200; i++) {
                out.write(block);
            }
        }
        assertThat(Files.size(bomb)).isLessThan(1_000_000);
        assertFails(bomb, "bomb.zip unpacks to more than 100 times its size", "--set maxZipRatio=N");
        assertFails(bomb, limits(70, 10, 2000), "bomb.zip holds more than 70 MB of text");
        assertThat(read(bomb, limits(300, 10, 2000)).text()).hasSize(200 << 20);
    }

    @Test
    void aSmallZipOfRepeatedTextIsNoBomb() throws IOException {
        assertThat(read(zip("dull.zip", "a.txt", "a".repeat(1_000_000))).text()).hasSize(1_000_000);
    }

    @Test
    void hiddenFilesOfAZipAreLeftOutLikeThoseOfAFolder() throws IOException {
        Path zip = zip("t.zip", ".git/x", "1", "a/.b", "2", "./c", "3", "__MACOSX/._c", "4", "d", "5");
        assertThat(read(zip).text()).isEqualTo("35");
        TextRules hidden = new TextRules(false, true, 1, 100, 100);
        assertThat(read(zip, hidden).text()).isEqualTo("31425");
        Files.createDirectory(folder.resolve("f"));
        Files.writeString(folder.resolve("f/.a"), "a");
        Files.writeString(folder.resolve("f/b"), "b");
        assertThat(read(folder.resolve("f")).text()).isEqualTo("b");
        assertThat(read(folder.resolve("f"), hidden).text()).isEqualTo("ab");
    }

    @Test
    void namesInAZipMayBeOfAnyCode() throws IOException {
        Path zip = zip("old.zip", "caf#.txt", "coffee", "b.txt", "bread ");
        byte[] bytes = Files.readAllBytes(zip);
        for (int i = 0; i + 3 < bytes.length; i++) {
            if (bytes[i] == 'c' && bytes[i + 1] == 'a' && bytes[i + 3] == '#') {
                bytes[i + 3] = (byte) 0xE9;
            }
        }
        for (int i = 0; i + 7 < bytes.length; i++) { // "these names are UTF-8", which the writer above says
            if (bytes[i] == 'P' && bytes[i + 1] == 'K' && (bytes[i + 2] == 1 || bytes[i + 2] == 3)) {
                bytes[i + (bytes[i + 2] == 1 ? 9 : 7)] &= ~8;
            }
        }
        Files.write(zip, bytes);
        assertThat(read(zip).text()).isEqualTo("bread coffee");
    }

    @Test
    void linksToFoldersAreNotFollowedAndThatIsSaid() throws IOException {
        Path texts = Files.createDirectory(folder.resolve("texts"));
        Path other = Files.createDirectory(folder.resolve("other"));
        Files.writeString(other.resolve("o.txt"), "o");
        Files.writeString(texts.resolve("a.txt"), "a");
        Files.createSymbolicLink(texts.resolve("around"), texts);
        Files.createSymbolicLink(texts.resolve("away"), other);
        Files.createSymbolicLink(texts.resolve("b.txt"), other.resolve("o.txt"));
        Files.createSymbolicLink(texts.resolve("gone.txt"), other.resolve("none"));
        Corpus corpus = read(texts);
        assertThat(corpus.text()).isEqualTo("ao");
        assertThat(corpus.skipped())
                .containsExactlyInAnyOrder(
                        "around is a link to a folder", "away is a link to a folder", "gone.txt is a link to nothing");
        Path link = Files.createSymbolicLink(folder.resolve("link"), texts);
        assertThat(read(link).text()).isEqualTo("ao");
    }

    @Test
    void namesOfFilesDoNotPaintTheTerminal() throws IOException {
        Path texts = Files.createDirectory(folder.resolve("texts"));
        Files.writeString(texts.resolve("a.txt"), "a");
        Files.write(texts.resolve("b\u001b[2J\n.png"), new byte[] {0});
        assertThat(read(texts).skipped()).containsExactly("b?[2J?.png is not UTF-8 text: a NUL byte at offset 0");
    }

    @Test
    void pipesAndDevicesInAFolderAreLeftOut() throws IOException, InterruptedException {
        Path texts = Files.createDirectory(folder.resolve("texts"));
        pipe("texts/pipe");
        Files.createSymbolicLink(texts.resolve("zero"), Path.of("/dev/zero"));
        Files.writeString(texts.resolve("a.txt"), "a");
        Corpus corpus = read(texts);
        assertThat(corpus.text()).isEqualTo("a");
        assertThat(corpus.skipped()).hasSize(2).allMatch(s -> s.contains("a pipe, a socket or a device"));
        Files.delete(texts.resolve("zero"));
        assertFails(pipe("x.zip"), "x.zip is not a file");
    }

    @Test
    void readingTellsHowFarItIsAndCanBeEnded() throws IOException {
        Path file = Files.writeString(folder.resolve("a.txt"), "abc\n".repeat(100_000));
        List<Long> seen = new ArrayList<>();
        new CorpusReader(TextRules.USUAL, (bytes, files) -> seen.add(bytes)).read(file.toString());
        assertThat(seen).hasSizeGreaterThan(4).isSorted().endsWith(400_000L);
        CorpusReader ended = new CorpusReader(TextRules.USUAL, (bytes, files) -> {
            throw new CancellationException("enough");
        });
        assertThatThrownBy(() -> ended.read(file.toString())).isInstanceOf(CancellationException.class);
        assertThatThrownBy(() -> ended.read(folder.toString())).isInstanceOf(CancellationException.class);
    }

    @Test
    void wantOfMemoryNamesTheText() {
        assertThatThrownBy(() -> CorpusReader.inMemory("novel.txt", () -> {
                    throw new OutOfMemoryError("Java heap space");
                }))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll("the text novel.txt", "MB", "-Xmx");
    }

    @Test
    void filesOfTheKernelThatHaveNoSizeAreRead() throws IOException {
        try (InputStream in = InputFile.open(Path.of("/proc/self/status"))) {
            assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8)).contains("VmPeak");
        }
        assertThat(read("/proc/self/status").text()).contains("VmPeak");
    }
}
