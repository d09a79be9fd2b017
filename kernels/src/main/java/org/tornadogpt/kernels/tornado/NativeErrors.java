package org.tornadogpt.kernels.tornado;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Hears what TornadoVM's native libraries write to standard error. They report a failed OpenCL or CUDA call there and carry on with
 * stale data, so during a run standard error goes to a file; what is found in it is passed on, and an error line ends the run.
 */
final class NativeErrors implements AutoCloseable {
    private static final int STANDARD_ERROR = 2;
    private static final int OWNER_ONLY = 0600;

    private final FileChannel read;
    private final MethodHandle dup2;
    private final int kept;
    private final int redirected;
    private long seen;

    NativeErrors() {
        Linker linker = Linker.nativeLinker();
        MethodHandle dup = handle(linker, "dup", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
        dup2 = handle(
                linker,
                "dup2",
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
        MethodHandle create = handle(
                linker,
                "creat",
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
        try (Arena arena = Arena.ofConfined()) {
            Path file = Files.createTempFile("tornado-gpt-", ".err");
            redirected = checked((int) create.invoke(arena.allocateFrom(file.toString()), OWNER_ONLY), "creat");
            // the file loses its name here, so the descriptor must be had before
            read = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.DELETE_ON_CLOSE);
            kept = checked((int) dup.invoke(STANDARD_ERROR), "dup");
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    @SuppressWarnings("restricted") // file descriptors are out of Java's reach otherwise
    private static MethodHandle handle(Linker linker, String name, FunctionDescriptor signature) {
        return linker.downcallHandle(linker.defaultLookup().find(name).orElseThrow(), signature);
    }

    /** Runs {@code work}; fails if native code reported an error meanwhile. */
    void during(Runnable work) {
        redirect(redirected);
        String text;
        try {
            work.run();
        } finally {
            redirect(kept);
            text = takeText();
            System.err.print(text);
        }
        text.lines().filter(NativeErrors::isError).findFirst().ifPresent(line -> {
            throw new IllegalStateException("the device's driver failed: " + line.strip());
        });
    }

    /** Whether a line on standard error tells of a failed call into a driver. */
    static boolean isError(String line) {
        return line.contains("-JNI] ERROR")
                || line.contains("Returned: -")
                || line.contains("TornadoVM changed the user-defined local size");
    }

    private String takeText() {
        try {
            long size = read.size();
            if (size == seen) {
                return "";
            }
            ByteBuffer bytes = ByteBuffer.allocate((int) (size - seen));
            read.read(bytes, seen);
            seen = size;
            return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void redirect(int descriptor) {
        try {
            checked((int) dup2.invoke(descriptor, STANDARD_ERROR), "dup2");
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    private static int checked(int result, String call) {
        if (result < 0) {
            throw new IllegalStateException(call + " failed");
        }
        return result;
    }

    private static IllegalStateException failed(Throwable e) {
        return new IllegalStateException("cannot watch standard error: " + e.getMessage(), e);
    }

    @Override
    public void close() {
        try {
            read.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
