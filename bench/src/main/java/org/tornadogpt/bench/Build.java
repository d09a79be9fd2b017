package org.tornadogpt.bench;

import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/**
 * One build of the project, as files that a class loader of its own can load.
 *
 * @param folder its checkout
 * @param files jars and folders of classes
 * @param borrowed whether the build is too old to have {@link ComparedSteps} and has this build's module bench instead
 *     of its own
 */
record Build(Path folder, List<Path> files, boolean borrowed) {
    private static final String ENTRY = ComparedSteps.class.getName();

    Build {
        files = List.copyOf(files);
    }

    /** The build that is running. */
    static Build running() {
        List<Path> files = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(file -> !file.isEmpty())
                .map(Path::of)
                .toList();
        return new Build(runningBench().resolve("../../..").normalize(), files, false);
    }

    /** The build in a checkout. */
    static Build of(Checkout checkout) throws IOException {
        boolean borrowed = !hasEntry(checkout.bench());
        List<Path> files = new ArrayList<>(checkout.libraries());
        files.add(0, borrowed ? runningBench() : checkout.bench());
        return new Build(checkout.folder(), files, borrowed);
    }

    /** The jar, or in tests the folder of classes, that this class comes from. */
    private static Path runningBench() {
        try {
            return Path.of(Build.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean hasEntry(Path jar) throws IOException {
        try (JarFile opened = new JarFile(jar.toFile())) {
            return opened.getEntry(ENTRY.replace('.', '/') + ".class") != null;
        }
    }

    /**
     * Loads it apart from all other builds and opens its side.
     *
     * @throws org.tornadogpt.trainer.settings.UsageException if it refuses the settings or does not fit
     */
    Side open(Map<String, String> settings, Map<String, String> kernels) {
        // Never closed: daemon threads of the build may still load classes when its side is closed.
        ClassLoader loader = new URLClassLoader(folder.toString(), urls(), ClassLoader.getPlatformClassLoader());
        return new LoadedSide(folder, loader, ENTRY).open(settings, kernels);
    }

    private URL[] urls() {
        return files.stream().map(Build::url).toArray(URL[]::new);
    }

    private static URL url(Path file) {
        try {
            return file.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String toString() {
        return folder + ", commit " + Commit.of(folder)
                + (borrowed ? " (older than this command, timed by this build's bench module)" : "");
    }
}
