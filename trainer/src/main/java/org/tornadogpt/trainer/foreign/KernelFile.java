package org.tornadogpt.trainer.foreign;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.kernel.Variants;
import org.tornadogpt.trainer.settings.UsageException;

/**
 * A source file or jar with kernels of the user's, as the JVM that has its classes knows it. What was given as {@code
 * given} is on the class path as {@code classes}.
 */
public record KernelFile(String given, Path classes) {
    /** Tells a JVM which files its class path begins with: pairs, each {@code given} before {@code classes}. */
    static final String PROPERTY = "tornadogpt.kernel.files";

    /** Whether this names a file with kernels and not an operation or variant. */
    public static boolean isOne(String name) {
        return name.endsWith(".java") || name.endsWith(".jar");
    }

    /** The files that this JVM was started with. */
    public static List<KernelFile> ofThisJvm() {
        String property = System.getProperty(PROPERTY, "");
        if (property.isEmpty()) {
            return List.of();
        }
        String[] parts = property.split(Pattern.quote(File.pathSeparator), -1);
        KernelFile[] files = new KernelFile[parts.length / 2];
        Arrays.setAll(files, i -> new KernelFile(parts[2 * i], Path.of(parts[2 * i + 1])));
        return List.of(files);
    }

    /**
     * The variants in a file that this JVM was started with.
     *
     * @throws UsageException if it was not, or there are none
     */
    public static List<Variant> variants(String given) {
        KernelFile file = ofThisJvm().stream()
                .filter(f -> f.given.equals(given))
                .findFirst()
                .orElseThrow(() -> new UsageException("no file " + given));
        List<Variant> variants = Variants.all().stream().filter(file::holds).toList();
        if (variants.isEmpty()) {
            throw new UsageException(given + " has no kernel variant: no public class that implements an operation"
                    + " such as CausalAttention or MatMul; 'tgpt kernels new' writes one");
        }
        return variants;
    }

    /** Whether a variant's class comes from this file. */
    public boolean holds(Variant variant) {
        try {
            return Files.isSameFile(
                    Path.of(variant.getClass()
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI()),
                    classes);
        } catch (IOException | URISyntaxException e) {
            return false;
        }
    }
}
