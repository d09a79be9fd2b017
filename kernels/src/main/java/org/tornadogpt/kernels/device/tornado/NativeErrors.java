package org.tornadogpt.kernels.device.tornado;

import java.io.PrintStream;
import org.tornadogpt.kernels.graph.DeviceException;

/**
 * Hears what TornadoVM and its native libraries print while a graph runs. They tell of a failed OpenCL or CUDA call on
 * standard output or standard error and carry on with stale data, so during a run both go to files; what is found there
 * is passed on, and an error line ends the run.
 */
final class NativeErrors implements AutoCloseable {
    private final FileDescriptors output = new FileDescriptors(FileDescriptors.STANDARD_OUTPUT);
    private final FileDescriptors error = new FileDescriptors(FileDescriptors.STANDARD_ERROR);

    /** Runs {@code work}; fails if native code reported an error meanwhile. */
    void during(Runnable work) {
        System.out.flush();
        output.divert();
        error.divert();
        String printed;
        String reported;
        try {
            work.run();
        } finally {
            System.out.flush();
            printed = output.restore();
            reported = error.restore();
            pass(printed, System.out);
            pass(reported, System.err);
        }
        check(printed);
        check(reported);
    }

    private static void pass(String text, PrintStream stream) {
        if (!text.isEmpty()) {
            stream.print(text);
            stream.flush();
        }
    }

    private static void check(String text) {
        text.lines().filter(NativeErrors::isError).findFirst().ifPresent(line -> {
            throw new DeviceException("the device's driver failed: " + line.strip());
        });
    }

    /**
     * Whether a printed line tells of a failed call into a driver, or of a kernel that runs otherwise than asked for.
     */
    static boolean isError(String line) {
        return line.contains("-JNI] ERROR")
                || line.contains("Returned: -")
                || line.contains("TornadoVM changed the user-defined local size");
    }

    @Override
    public void close() {
        output.close();
        error.close();
    }
}
