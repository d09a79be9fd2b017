package org.tornadogpt.kernels.kernel;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** All variants on the class path. */
public final class Variants {
    private static final Comparator<Variant> BY_NAME =
            Comparator.comparing(Variant::operation).thenComparing(Variant::name);

    private Variants() {}

    /** Every variant, by operation and name; those that need a module which this JVM lacks are left out. */
    public static List<Variant> all() {
        List<Variant> found = new ArrayList<>();
        Iterator<Variant> services = ServiceLoader.load(Variant.class).iterator();
        for (boolean more = true; more; ) {
            try {
                more = services.hasNext();
                if (more) {
                    found.add(services.next());
                }
            } catch (LinkageError | ServiceConfigurationError e) { // the iterator goes on behind it
                if (!VectorModule.isMissingIn(e)) {
                    throw e;
                }
            }
        }
        found.sort(BY_NAME);
        return List.copyOf(found);
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
                                + candidates.stream().map(Variant::name).collect(Collectors.joining(", "))
                                + (VectorModule.isThere()
                                        ? ""
                                        : "; others need the Vector API: start java with " + VectorModule.OPTION)));
    }
}
