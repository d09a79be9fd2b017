package org.tornadogpt.kernels.kernel;

import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** All variants on the class path. */
public final class Variants {
    private static final Comparator<Variant> BY_NAME =
            Comparator.comparing(Variant::operation).thenComparing(Variant::name);

    private Variants() {}

    /** Every variant, by operation and name. */
    public static List<Variant> all() {
        return ServiceLoader.load(Variant.class).stream()
                .map(ServiceLoader.Provider::get)
                .sorted(BY_NAME)
                .toList();
    }

    /** The names of all operations that have variants. */
    public static List<String> operations() {
        return all().stream().map(Variant::operation).distinct().toList();
    }

    /** All variants of the operation whose interface is {@code type}. */
    public static <V extends Variant> List<V> of(Class<V> type) {
        return all().stream().filter(type::isInstance).map(type::cast).toList();
    }

    /**
     * The variant called {@code name}.
     *
     * @throws IllegalArgumentException if there is none; the message lists those that exist
     */
    public static Variant find(String operation, String name) {
        List<Variant> candidates =
                all().stream().filter(v -> v.operation().equals(operation)).toList();
        if (candidates.isEmpty()) {
            throw new IllegalArgumentException(
                    "unknown operation '" + operation + "'; there are " + String.join(", ", operations()));
        }
        return candidates.stream()
                .filter(v -> v.name().equals(name))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException("no variant '" + name + "' of " + operation + "; there are "
                                + candidates.stream().map(Variant::name).collect(Collectors.joining(", "))));
    }
}
