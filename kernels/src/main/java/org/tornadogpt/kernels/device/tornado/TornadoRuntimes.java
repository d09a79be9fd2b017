package org.tornadogpt.kernels.device.tornado;

import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoBackend;
import uk.ac.manchester.tornado.api.TornadoRuntime;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;

/**
 * Finds TornadoVM's runtime and its devices. Without an SDK only TornadoVM's API classes are on the class path; nothing
 * here then touches the runtime.
 */
public final class TornadoRuntimes {
    /** What the argument file of every SDK sets; the API finds its implementation by it. */
    private static final String RUNTIME_PROPERTY = "tornado.load.runtime.implementation";

    private static final String BAILOUT_PROPERTY = "tornado.recover.bailout";
    private static final String BYTECODE_PROPERTY = "tornado.tvm.maxbytecodesize";
    private static final String MEMORY_PROPERTY = "tornado.device.memory";
    private static final String EVENTS_PROPERTY = "tornado.max.events";
    private static final int BYTECODE_BYTES = 1 << 20;

    /** Length of a list of what something in a graph waits for; a graph has at most 256 tasks. */
    private static final int EVENTS = 1024;

    private static final Pattern ARCHIVE = Pattern.compile("tornado-api-([^/]*)\\.jar");

    /** The flags without which TornadoVM runs what it cannot compile as sequential Java, with nothing printed. */
    public static final List<String> FLAGS =
            List.of("-D" + BAILOUT_PROPERTY + "=false", "-D" + BYTECODE_PROPERTY + "=" + BYTECODE_BYTES);

    private TornadoRuntimes() {}

    /** Why no TornadoVM device can be used in this JVM; empty if they can. */
    public static Optional<String> obstacle() {
        if (System.getProperty(RUNTIME_PROPERTY) == null) {
            return Optional.of("this JVM was started without TornadoVM (run ./setup_tornado.sh, then ./tgpt;"
                    + " or start java with @$TORNADOVM_HOME/tornado-argfile)");
        }
        if (!"false".equalsIgnoreCase(System.getProperty(BAILOUT_PROPERTY))
                || Integer.getInteger(BYTECODE_PROPERTY, 0) < BYTECODE_BYTES) {
            return Optional.of("TornadoVM would run kernels that it cannot compile on the JVM without a word;"
                    + " start java with " + String.join(" ", FLAGS));
        }
        setDefaults();
        try {
            return runtime().getNumBackends() > 0
                    ? Optional.empty()
                    : Optional.of("TornadoVM has no back end: its SDK is incomplete");
        } catch (RuntimeException | LinkageError e) {
            return Optional.of("TornadoVM's runtime does not start: " + reason(e));
        }
    }

    /**
     * What TornadoVM reads once, when its runtime starts. Its own limit of 4 GB gives way to the device's, which {@link
     * DeviceMemory} checks; and its lists of events, which it fills anew whenever a graph runs, are 32,768 long.
     */
    private static void setDefaults() {
        setUnlessSet(MEMORY_PROPERTY, "8192GB");
        setUnlessSet(EVENTS_PROPERTY, Integer.toString(EVENTS));
    }

    private static void setUnlessSet(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    /** The version of TornadoVM that this JVM runs with, from the name of its API's archive. */
    public static String version() {
        CodeSource source = TaskGraph.class.getProtectionDomain().getCodeSource();
        Matcher version =
                source == null ? null : ARCHIVE.matcher(source.getLocation().getPath());
        return version != null && version.find() ? version.group(1) : "of unknown version";
    }

    /** All devices of all drivers. */
    public static List<DeviceInfo> devices() {
        checkUsable("");
        List<DeviceInfo> devices = new ArrayList<>();
        TornadoRuntime runtime = runtime();
        for (int driver = 0; driver < runtime.getNumBackends(); driver++) {
            TornadoBackend backend = runtime.getBackend(driver);
            for (int device = 0; device < backend.getNumDevices(); device++) {
                devices.add(DeviceInfo.of(driver, device, backend.getDevice(device)));
            }
        }
        return devices;
    }

    /** The device that {@code auto} takes: the first GPU. */
    public static Optional<DeviceInfo> gpu() {
        return devices().stream().filter(DeviceInfo::isGpu).findFirst();
    }

    /**
     * The device that {@code tornado[:driver:device]} names; without numbers the first GPU, else the first device.
     *
     * @throws IllegalArgumentException if it is not there; the message says why
     */
    static DeviceInfo find(String spec) {
        checkUsable("device " + spec + ": ");
        List<DeviceInfo> devices = devices();
        if (devices.isEmpty()) {
            throw new IllegalArgumentException(
                    "device " + spec + ": TornadoVM finds no device (is a driver installed?)");
        }
        if (spec.equals("tornado")) {
            return gpu().orElse(devices.get(0));
        }
        return devices.stream()
                .filter(d -> d.id().equals(spec))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no device '" + spec + "'; TornadoVM has "
                        + String.join(", ", devices.stream().map(DeviceInfo::id).toList())));
    }

    private static void checkUsable(String prefix) {
        obstacle().ifPresent(why -> {
            throw new IllegalArgumentException(prefix + why);
        });
    }

    private static TornadoRuntime runtime() {
        return TornadoRuntimeProvider.getTornadoRuntime();
    }

    static String reason(Throwable e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        String text = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        return text.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .findFirst()
                .orElse(cause.getClass().getSimpleName());
    }
}
