package org.tornadogpt.checks.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.tornadogpt.kernels.kernel.Variant;

/** The generator of kernels in {@code tools/kernels}, compiled, and variants compiled with what it writes. */
final class KernelGenerator {
    /** The project's folder; tests run in that of their module. */
    static final Path PROJECT = Path.of("..");

    private static final JavaCompiler COMPILER = ToolProvider.getSystemJavaCompiler();

    private final Path folder;
    private final Class<?> generate;

    /** @param folder for all that is written */
    KernelGenerator(Path folder) throws IOException, ReflectiveOperationException {
        this.folder = folder;
        Path classes = folder.resolve("generator");
        try (Stream<Path> sources = Files.list(PROJECT.resolve("tools/kernels"))) {
            compile(classes, sources.filter(p -> p.toString().endsWith(".java")).toList());
        }
        generate = new OwnClasses(classes).loadClass("kernels.Generate");
    }

    /** The names of the plans, that of what is committed first. */
    List<String> plans() throws ReflectiveOperationException {
        List<String> names = new ArrayList<>();
        ((List<?>) generate.getMethod("plans").invoke(null)).forEach(name -> names.add((String) name));
        return names;
    }

    /** The text of each file of a plan; paths begin in the project's folder. */
    Map<Path, String> generate(String plan) throws ReflectiveOperationException {
        Map<Path, String> files = new LinkedHashMap<>();
        Map<?, ?> generated =
                (Map<?, ?>) generate.getMethod("generate", String.class).invoke(null, plan);
        generated.forEach((path, text) -> files.put((Path) path, (String) text));
        return files;
    }

    /**
     * A committed variant whose kernels are generated ones: it is compiled together with them, and its own class loader
     * prefers these classes to the committed ones.
     *
     * @param type the committed variant's class
     * @param helpers other classes of its package that only classes of that package see
     */
    <V extends Variant> V variant(Class<V> operation, Class<?> type, List<String> helpers, Map<Path, String> kernels)
            throws IOException, ReflectiveOperationException {
        Path own = Files.createTempDirectory(folder, type.getSimpleName());
        Path committed =
                PROJECT.resolve("kernels/src/main/java/" + type.getPackageName().replace('.', '/'));
        List<Path> sources = new ArrayList<>();
        sources.add(committed.resolve(type.getSimpleName() + ".java"));
        helpers.forEach(name -> sources.add(committed.resolve(name + ".java")));
        for (Map.Entry<Path, String> kernel : kernels.entrySet()) {
            Path path = own.resolve("sources").resolve(kernel.getKey());
            Files.createDirectories(path.getParent());
            Files.writeString(path, kernel.getValue());
            sources.add(path);
        }
        compile(own.resolve("classes"), sources);
        Class<?> compiled = new OwnClasses(own.resolve("classes")).loadClass(type.getName());
        assertThat(compiled).isNotEqualTo(type);
        return operation.cast(compiled.getConstructor().newInstance());
    }

    private static void compile(Path classes, List<Path> sources) throws IOException {
        Files.createDirectories(classes);
        StringWriter messages = new StringWriter();
        List<String> options = List.of(
                "-g",
                "-proc:none",
                "-Xlint:all,-classfile",
                "-Werror",
                "-d",
                classes.toString(),
                "-cp",
                System.getProperty("java.class.path"));
        try (StandardJavaFileManager files = COMPILER.getStandardFileManager(null, null, null)) {
            boolean done = COMPILER.getTask(
                            messages, files, null, options, null, files.getJavaFileObjectsFromPaths(sources))
                    .call();
            assertThat(done).as("%s", messages).isTrue();
        }
    }

    /** Loads the classes of a folder from there even where the parent has classes of these names. */
    private static final class OwnClasses extends URLClassLoader {
        private final Path classes;

        OwnClasses(Path classes) throws IOException {
            super(new URL[] {classes.toUri().toURL()}, KernelGenerator.class.getClassLoader());
            this.classes = classes;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                if (loaded == null && Files.exists(classes.resolve(name.replace('.', '/') + ".class"))) {
                    loaded = findClass(name);
                }
                return loaded == null ? super.loadClass(name, resolve) : loaded;
            }
        }
    }
}
