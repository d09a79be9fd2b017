import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Clears the preview mark of class files: sets {@code minor_version} from 65535 to 0. A JDK loads a class with
 * that mark only when it is the very release that compiled it. Running this twice changes nothing more.
 *
 * <p>Usage: {@code java ClearPreviewMark.java FOLDER}
 */
public final class ClearPreviewMark {
    private static final int CLASS_FILE_MAGIC = 0xCAFEBABE;
    private static final int PREVIEW_MARK = 0xFFFF;

    private ClearPreviewMark() {}

    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 1) {
            fail("usage: java ClearPreviewMark.java FOLDER");
        }
        Path folder = Path.of(arguments[0]);
        List<Path> classes = classFilesUnder(folder);
        if (classes.isEmpty()) {
            fail("no class files under " + folder + ": the artifact that should hold TornadoVM's API does not");
        }
        int cleared = 0;
        for (Path file : classes) {
            if (clear(file)) {
                cleared++;
            }
        }
        System.out.println("preview mark: cleared in " + cleared + " of " + classes.size() + " class files");
    }

    private static List<Path> classFilesUnder(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".class")).toList();
        }
    }

    private static boolean clear(Path classFile) throws IOException {
        try (var file = new RandomAccessFile(classFile.toFile(), "rw")) {
            if (file.length() < 8 || file.readInt() != CLASS_FILE_MAGIC) {
                fail(classFile + " is not a class file");
            }
            if (file.readUnsignedShort() != PREVIEW_MARK) {
                return false;
            }
            file.seek(Integer.BYTES);
            file.writeShort(0);
            return true;
        }
    }

    private static void fail(String message) {
        System.err.println("ClearPreviewMark: " + message);
        System.exit(1);
    }
}
