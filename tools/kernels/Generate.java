package kernels;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes the kernels for work-groups whose blocks of results are scalars. Run it in the project's folder with JDK 25:
 * {@code java tools/kernels/Generate.java}. A test compares what it writes with what is committed; the build never runs it.
 */
public final class Generate {
    private static final Path OPERATIONS = Path.of("kernels/src/main/java/org/tornadogpt/kernels/ops");

    private static final List<KernelFile> KERNELS = List.of(
            new TiledProduct(false, new Share("ty", 8, 1), new Share("tx", 8, 1), 16, 2, 1, TiledProduct.Order.STORE_EACH),
            new TiledProduct(true, new Share("ty", 4, 1), new Share("tx", 4, 1), 16, 2, 1, TiledProduct.Order.STORE_EACH));

    private Generate() {}

    /** The text of each file, whose path begins in the project's folder. */
    public static Map<Path, String> generate() {
        Map<Path, String> files = new LinkedHashMap<>();
        KERNELS.forEach(kernel -> files.put(OPERATIONS.resolve(kernel.path()), kernel.source()));
        return files;
    }

    public static void main(String[] arguments) throws IOException {
        Path project = Path.of(arguments.length == 0 ? "." : arguments[0]);
        if (!Files.isDirectory(project.resolve(OPERATIONS))) {
            System.err.println("no folder " + OPERATIONS + " in " + project.toRealPath()
                    + ": run `java tools/kernels/Generate.java` in the project's folder, or name that folder");
            System.exit(2);
        }
        for (Map.Entry<Path, String> file : generate().entrySet()) {
            Files.writeString(project.resolve(file.getKey()), file.getValue());
        }
    }
}
