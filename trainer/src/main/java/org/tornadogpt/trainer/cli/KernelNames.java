package org.tornadogpt.trainer.cli;

import java.util.List;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.kernel.Variants;
import org.tornadogpt.trainer.settings.Suggestions;
import org.tornadogpt.trainer.settings.UsageException;

/** Looks up variants by the names that users type; what does not exist is answered with the nearest name. */
public final class KernelNames {
    private KernelNames() {}

    /**
     * What {@code operation} or {@code operation=variant} names.
     *
     * @throws UsageException if there is none
     */
    public static List<Variant> find(String name) {
        int equals = name.indexOf('=');
        return equals < 0 ? ofOperation(name) : List.of(find(name.substring(0, equals), name.substring(equals + 1)));
    }

    /**
     * The variant of an operation.
     *
     * @throws UsageException if there is none
     */
    public static Variant find(String operation, String name) {
        List<Variant> variants = ofOperation(operation);
        return variants.stream()
                .filter(v -> v.name().equals(name))
                .findFirst()
                .orElseThrow(() -> unknown(
                        "no variant '" + name + "' of " + operation,
                        name,
                        variants.stream().map(Variant::name).toList()));
    }

    private static List<Variant> ofOperation(String operation) {
        List<Variant> variants = Variants.all().stream()
                .filter(v -> v.operation().equals(operation))
                .toList();
        if (variants.isEmpty()) {
            throw unknown("unknown operation '" + operation + "'", operation, Variants.operations());
        }
        return variants;
    }

    private static UsageException unknown(String what, String name, List<String> known) {
        return new UsageException(what + "; " + Suggestions.forUnknown(name, known) + " (see 'tgpt kernels')");
    }
}
