package org.tornadogpt.kernels.kernel;

/** Java's Vector API, an incubator module that a JVM has only where it was asked for. */
public final class VectorModule {
    private static final String NAME = "jdk.incubator.vector";

    /** What starts a JVM with it. */
    public static final String OPTION = "--add-modules " + NAME;

    private VectorModule() {}

    /** Whether this JVM has it. */
    public static boolean isThere() {
        return ModuleLayer.boot().findModule(NAME).isPresent();
    }

    /** Whether a class could not be loaded for want of the module. */
    static boolean isMissingIn(Throwable error) {
        if (isThere()) {
            return false;
        }
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (String.valueOf(cause.getMessage()).replace('/', '.').contains(NAME + ".")) {
                return true;
            }
        }
        return false;
    }
}
