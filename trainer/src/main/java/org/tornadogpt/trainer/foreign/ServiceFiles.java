package org.tornadogpt.trainer.foreign;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.tornadogpt.kernels.cases.KernelCases;
import org.tornadogpt.kernels.kernel.Variant;

/** Names the services among compiled classes, as a file in {@code META-INF/services} would. */
final class ServiceFiles {
    private static final List<Class<?>> SERVICES = List.of(Variant.class, KernelCases.class);
    private static final String SUFFIX = ".class";

    private ServiceFiles() {}

    /** Looks at the classes without running any of their code. */
    static void write(Path classes) throws IOException {
        List<String> names;
        try (Stream<Path> files = Files.walk(classes)) {
            names = files.map(f -> classes.relativize(f).toString())
                    .filter(f -> f.endsWith(SUFFIX))
                    .map(f -> f.substring(0, f.length() - SUFFIX.length()).replace(File.separatorChar, '.'))
                    .sorted()
                    .toList();
        }
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {classes.toUri().toURL()}, ServiceFiles.class.getClassLoader())) {
            for (Class<?> service : SERVICES) {
                List<String> providers = new ArrayList<>();
                for (String name : names) {
                    Class<?> type = Class.forName(name, false, loader);
                    if (service.isAssignableFrom(type) && canBeMade(type)) {
                        providers.add(name);
                    }
                }
                write(classes, service, providers);
            }
        } catch (ClassNotFoundException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private static boolean canBeMade(Class<?> type) {
        int modifiers = type.getModifiers();
        boolean made = Modifier.isPublic(modifiers) && !Modifier.isAbstract(modifiers);
        return made && Arrays.stream(type.getConstructors()).anyMatch(c -> c.getParameterCount() == 0);
    }

    private static void write(Path classes, Class<?> service, List<String> providers) throws IOException {
        if (!providers.isEmpty()) {
            Path file = classes.resolve("META-INF/services/" + service.getName());
            Files.createDirectories(file.getParent());
            Files.write(file, providers);
        }
    }
}
