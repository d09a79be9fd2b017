package org.tornadogpt.kernels.kernel.vector;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;

/**
 * Where cache lines begin in scratch arrays. A vector of 16 floats that lies across two lines is loaded twice; a matrix
 * tile whose panel lies so takes an eighth more time.
 *
 * <p>Java does not tell where an array is. But G1 puts an array that fills half a region or more at the beginning of a
 * region of its own, and its elements follow a header whose size depends on the JVM's options. {@code JvmKernelSink}
 * makes scratch arrays that large for the regions of 1 MB that {@code tgpt} asks for. Elsewhere results are the same,
 * and only the speed is left to chance.
 */
public final class CacheLines {
    private static final int FLOATS = 16;

    /** Floats that a float array's header would hold. */
    private static final int HEADER = headerBytes() / Float.BYTES;

    /** The first index at which a line begins. */
    public static final int START = FLOATS - HEADER;

    /** The smallest array that G1 puts at a place of its own, with regions of 1 MB. */
    public static final int LEAST_FLOATS = 1 << 17;

    private CacheLines() {}

    /** Mark word, class pointer and length (JEP 519; without compressed class pointers the pointer takes 8 bytes). */
    private static int headerBytes() {
        if (isOn("UseCompactObjectHeaders")) {
            return 12;
        }
        return isOn("UseCompressedClassPointers") ? 16 : 20;
    }

    private static boolean isOn(String option) {
        HotSpotDiagnosticMXBean vm = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        try {
            return vm != null && vm.getVMOption(option).getValue().equals("true");
        } catch (IllegalArgumentException e) { // a JVM without that option
            return false;
        }
    }

    /** The first index from {@code at} on at which a line begins. */
    public static int next(int at) {
        return at + Math.floorMod(START - at, FLOATS);
    }
}
