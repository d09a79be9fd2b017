package org.tornadogpt.bench.kernels;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;
import org.tornadogpt.kernels.kernel.Variants;
import org.tornadogpt.trainer.settings.UsageException;

/** Sources to begin a variant with: resources of this package. */
final class Skeletons {
    private static final Set<String> OPERATIONS = new TreeSet<>(Set.of("attention", "matmul"));

    private Skeletons() {}

    static String of(String operation) {
        if (!OPERATIONS.contains(operation)) {
            throw new UsageException(
                    (Variants.operations().contains(operation) ? "no skeleton of " : "unknown operation ") + operation
                            + "; there are " + String.join(", ", OPERATIONS));
        }
        try (InputStream in = Skeletons.class.getResourceAsStream(operation + ".skeleton")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
