package org.tornadogpt.kernels.device.tornado;

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
 * One of the process's output descriptors, which can be led into a file for a while and back: native code writes past
 * Java's streams.
 */
final class FileDescriptors implements AutoCloseable {
    static final int STANDARD_OUTPUT = 1;
    static final int STANDARD_ERROR = 2;
    private static final int OWNER_ONLY = 0600;

    private final int number;
    private final FileChannel read;
    private final MethodHandle dup2;
    private final MethodHandle close;
    private final int kept;
    private final int file;
    private long seen;

    FileDescriptors(int number) {
        this.number = number;
        Linker linker = Linker.nativeLinker();
        MethodHandle dup = handle(linker, "dup", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
        dup2 = handle(
                linker,
                "dup2",
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
        close = handle(linker, "close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
        MethodHandle create = handle(
                linker,
                "creat",
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
        try (Arena arena = Arena.ofConfined()) {
            Path path = Files.createTempFile("tornado-gpt-", ".out");
            file = checked((int) create.invoke(arena.allocateFrom(path.toString()), OWNER_ONLY), "creat");
            // the file loses its name here, so the descriptor must be had before
            read = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.DELETE_ON_CLOSE);
            kept = checked((int) dup.invoke(number), "dup");
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    @SuppressWarnings("restricted") // file descriptors are out of Java's reach otherwise
    private static MethodHandle handle(Linker linker, String name, FunctionDescriptor signature) {
        return linker.downcallHandle(linker.defaultLookup().find(name).orElseThrow(), signature);
    }

    /** From now on what is written goes to the file. */
    void divert() {
        redirect(file);
    }

    /** From now on what is written goes where it went before {@link #divert}; returns what was written in between. */
    String restore() {
        redirect(kept);
        return takeText();
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

    private void redirect(int target) {
        try {
            checked((int) dup2.invoke(target, number), "dup2");
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
        return new IllegalStateException("cannot watch the process's output: " + e.getMessage(), e);
    }

    @Override
    public void close() {
        try {
            checked((int) close.invoke(kept), "close");
            checked((int) close.invoke(file), "close");
            read.close();
        } catch (Throwable e) {
            throw failed(e);
        }
    }
}
