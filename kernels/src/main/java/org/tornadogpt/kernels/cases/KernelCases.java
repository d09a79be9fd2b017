package org.tornadogpt.kernels.cases;

import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/**
 * An operation's check cases. Found through {@link ServiceLoader}: each operation names its own in
 * {@code META-INF/services/org.tornadogpt.kernels.cases.KernelCases}.
 */
public interface KernelCases {
    /** The operation's name. */
    String operation();

    /** Few cases of uneven sizes: each kernel at least once. */
    List<KernelCase> few();

    /** Further sizes, from 1 to above every block size, uneven ones among them. */
    List<KernelCase> more();

    /** The few cases of every operation. */
    static List<KernelCase> allFew() {
        return all().flatMap(cases -> cases.few().stream()).toList();
    }

    /** Every case of every operation. */
    static List<KernelCase> grid() {
        return all().flatMap(cases -> Stream.concat(cases.few().stream(), cases.more().stream()))
                .toList();
    }

    private static Stream<KernelCases> all() {
        return ServiceLoader.load(KernelCases.class).stream()
                .map(ServiceLoader.Provider::get)
                .sorted(Comparator.comparing(KernelCases::operation));
    }
}
