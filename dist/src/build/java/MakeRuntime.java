import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Makes a Java runtime of some modules of the JDK that runs this, with those of the JDK's sources that {@code tgpt
 * train} reads by default: {@code MakeRuntime FOLDER MODULES}.
 */
public final class MakeRuntime {
    private static final String SOURCES = "java.base/java/util/";

    private MakeRuntime() {}

    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[0]);
        delete(folder);
        ToolProvider jlink = ToolProvider.findFirst("jlink")
                .orElseThrow(() -> new IllegalStateException("this JDK has no jlink: " + System.getProperty("java.home")));
        List<String> options = List.of(
                "--add-modules",
                args[1],
                "--strip-debug",
                "--no-man-pages",
                "--no-header-files",
                "--generate-cds-archive", // without it Java starts later, and tgpt's own archives of classes need it
                "--output",
                folder.toString());
        if (jlink.run(System.out, System.err, options.toArray(String[]::new)) != 0) {
            throw new IllegalStateException("jlink failed");
        }
        Files.delete(folder.resolve("lib/server/classes_nocoops.jsa")); // the same for heaps of more than 32 GB
        copySources(Path.of(System.getProperty("java.home"), "lib", "src.zip"), folder.resolve("lib/src.zip"));
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> {
                try {
                    Files.delete(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }

    private static void copySources(Path from, Path to) throws IOException {
        if (!Files.isReadable(from)) {
            System.err.println("[WARNING] this JDK has no " + from + ": in the runtime 'tgpt train' will need --data");
            return;
        }
        try (ZipFile zip = new ZipFile(from.toFile());
                ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(to))) {
            for (ZipEntry entry : zip.stream()
                    .filter(e -> e.getName().startsWith(SOURCES) && e.getName().endsWith(".java"))
                    .toList()) {
                ZipEntry copy = new ZipEntry(entry.getName());
                copy.setTime(entry.getTime());
                out.putNextEntry(copy);
                try (InputStream in = zip.getInputStream(entry)) {
                    in.transferTo(out);
                }
                out.closeEntry();
            }
        }
    }
}
