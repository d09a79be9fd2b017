package org.tornadogpt.trainer.foreign;

import java.io.IOException;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Compiles a source file with kernels as the build does: with local variables' names, without which TornadoVM compiles
 * nothing.
 */
final class SourceCompiler {
    private SourceCompiler() {}

    static String noCompiler(Path source) {
        return "this Java has no compiler: " + source + " needs a JDK (set JAVA_HOME to one)";
    }

    /**
     * Returns what is wrong with the source, each error with its line; empty if it was compiled to {@code classes}.
     *
     * @param given what the user calls it
     */
    static Optional<String> compile(Path given, Path source, Path classes) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null) {
            return Optional.of(noCompiler(given));
        }
        DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
        Writer other = new StringWriter();
        try (StandardJavaFileManager files =
                compiler.getStandardFileManager(found, Locale.ROOT, StandardCharsets.UTF_8)) {
            boolean compiled = compiler.getTask(
                            other, files, found, options(classes), null, files.getJavaFileObjects(source))
                    .call();
            return compiled ? Optional.empty() : Optional.of(message(given, found));
        }
    }

    private static List<String> options(Path classes) {
        List<String> options = new ArrayList<>(List.of(
                "-g",
                "-proc:none",
                "-nowarn",
                "-d",
                classes.toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "--add-modules",
                "jdk.incubator.vector"));
        String modules = System.getProperty("jdk.module.path");
        if (modules != null) {
            options.addAll(List.of("--module-path", modules, "--add-modules", "ALL-MODULE-PATH"));
        }
        return options;
    }

    private static String message(Path source, DiagnosticCollector<JavaFileObject> found) {
        StringBuilder message = new StringBuilder(source.toString()).append(" does not compile");
        for (Diagnostic<? extends JavaFileObject> d : found.getDiagnostics()) {
            if (d.getKind() == Diagnostic.Kind.ERROR) {
                message.append(System.lineSeparator())
                        .append("  line ")
                        .append(d.getLineNumber())
                        .append(": ")
                        .append(d.getMessage(Locale.ROOT).replaceAll("\\s*\\R\\s*", "; "));
            }
        }
        return message.toString();
    }

    /** Deletes a folder and all in it. */
    static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
