package kernels;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import kernels.TiledProduct.Kind;
import kernels.TiledProduct.Order;

/**
 * Writes the kernels for work-groups whose blocks of results are scalars. Run it in the project's folder with JDK 25:
 * {@code java tools/kernels/Generate.java}. A test compares what it writes with what is committed; the build never runs it.
 */
public final class Generate {
    private static final Path OPERATIONS = Path.of("kernels/src/main/java/org/tornadogpt/kernels/ops");

    private static final String COMMITTED = "committed";

    /** What is committed, and other tiles: a test proves each right in the emulator, so that it can be measured on a device. */
    private static final Map<String, List<KernelFile>> PLANS = new LinkedHashMap<>();

    static {
        PLANS.put(
                COMMITTED,
                List.of(
                        new TiledProduct(
                                Kind.EDGES, share("ty", 8, 4), share("tx", 8, 4), 8, 4, 8, Order.READ_AHEAD),
                        new TiledProduct(
                                Kind.WHOLE, share("ty", 8, 4), share("tx", 8, 4), 8, 4, 8, Order.READ_AHEAD),
                        new TiledProduct(
                                Kind.SMALL, share("ty", 4, 1), share("tx", 4, 1), 16, 2, 1, Order.STORE_EACH),
                        new FlashForward(2),
                        new FlashKeys(1),
                        new FlashQueries(1)));
        PLANS.put(
                "uneven",
                List.of(
                        new TiledProduct(
                                Kind.EDGES, share("ty", 4, 1), share("tx", 8, 1), 16, 2, 1, Order.STORE_EACH),
                        new TiledProduct(
                                Kind.WHOLE, share("ty", 4, 1), share("tx", 8, 1), 16, 2, 1, Order.STORE_EACH),
                        new TiledProduct(
                                Kind.SMALL, share("ty", 4, 1), share("tx", 2, 1), 8, 2, 4, Order.READ_ALL_THEN_STORE),
                        new FlashForward(1),
                        new FlashKeys(2),
                        new FlashQueries(2)));
        // The first row of the table of trial kernels in docs/kernel-rules.md.
        PLANS.put(
                "inturn",
                List.of(
                        new TiledProduct(
                                Kind.EDGES, share("ty", 8, 1), share("tx", 8, 1), 16, 2, 1, Order.STORE_EACH),
                        new TiledProduct(
                                Kind.WHOLE, share("ty", 8, 1), share("tx", 8, 1), 16, 2, 1, Order.STORE_EACH),
                        new TiledProduct(
                                Kind.SMALL, share("ty", 4, 4), share("tx", 4, 4), 16, 4, 1, Order.READ_AHEAD)));
    }

    private Generate() {}

    private static Share share(String item, int count, int together) {
        return new Share(item, count, together);
    }

    /** The names of all plans, that of what is committed first. */
    public static List<String> plans() {
        return List.copyOf(PLANS.keySet());
    }

    /** The text of each file of a plan; paths begin in the project's folder. */
    public static Map<Path, String> generate(String plan) {
        Map<Path, String> files = new LinkedHashMap<>();
        PLANS.get(plan).forEach(kernel -> files.put(OPERATIONS.resolve(kernel.path()), kernel.source()));
        return files;
    }

    public static void main(String[] arguments) throws IOException {
        String plan = arguments.length == 0 ? COMMITTED : arguments[0];
        if (arguments.length > 1 || !PLANS.containsKey(plan)) {
            fail("no plan " + String.join(" ", arguments) + ": the plans are " + String.join(", ", PLANS.keySet()));
        }
        if (!Files.isDirectory(OPERATIONS)) {
            fail("no folder " + OPERATIONS + " here: run `java tools/kernels/Generate.java` in the project's folder");
        }
        for (Map.Entry<Path, String> file : generate(plan).entrySet()) {
            Files.writeString(file.getKey(), file.getValue());
            System.out.println(file.getKey());
        }
    }

    private static void fail(String message) {
        System.err.println(message);
        System.exit(2);
    }
}
