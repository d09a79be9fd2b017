package org.tornadogpt.trainer.data;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Opens what a path names if reading it comes to an end: a file, or a pipe that somebody writes to. */
public final class InputFile {
    /** How long a named pipe may be without a writer. */
    static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final int TYPE_MASK = 0xF000;
    private static final int FIFO = 0x1000;
    private static final int CHARACTER_DEVICE = 0x2000;
    private static final int DIRECTORY = 0x4000;
    private static final int BLOCK_DEVICE = 0x6000;
    private static final int SOCKET = 0xC000;

    private InputFile() {}

    /**
     * Opens a file, {@code /dev/stdin}, or a pipe, named or of a shell's process substitution.
     *
     * @throws DataException if it is something else, cannot be read, or is a pipe that nobody opens to write
     */
    public static InputStream open(Path path) {
        try {
            int type = type(path);
            String problem = problem(type);
            if (problem != null) {
                throw new DataException(path + " is " + problem + ": give a file or a pipe");
            }
            return type == FIFO ? openPipe(path, PATIENCE) : new FileInputStream(path.toFile());
        } catch (IOException e) {
            throw failure(path, e);
        }
    }

    /** The exception for a file that cannot be read. */
    static DataException failure(Path path, IOException e) {
        if (!Files.exists(path)) {
            return new DataException("there is no file " + path, e);
        }
        return e instanceof AccessDeniedException || !Files.isReadable(path)
                ? new DataException("no permission to read " + path, e)
                : new DataException("cannot read " + path + ": " + e.getMessage(), e);
    }

    /** Whether its text can be read once only. */
    static boolean isPipe(Path path) {
        try {
            return type(path) == FIFO;
        } catch (IOException e) {
            return false;
        }
    }

    private static int type(Path path) throws IOException {
        if (!path.getFileSystem().supportedFileAttributeViews().contains("unix")) {
            return 0;
        }
        return (int) Files.getAttribute(path, "unix:mode") & TYPE_MASK;
    }

    private static String problem(int type) {
        return switch (type) {
            case CHARACTER_DEVICE, BLOCK_DEVICE -> "a device, whose contents may have no end";
            case SOCKET -> "a socket";
            case DIRECTORY -> "a folder";
            default -> null;
        };
    }

    /** Opening a named pipe waits for a writer, for ever. */
    static InputStream openPipe(Path path, Duration patience) throws IOException {
        CompletableFuture<InputStream> opened = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name("opens " + path).start(() -> {
            try {
                opened.complete(new FileInputStream(path.toFile()));
            } catch (IOException e) {
                opened.completeExceptionally(e);
            }
        });
        try {
            return opened.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            release(path, opened);
            throw new DataException(
                    path + " is a pipe that nobody writes to: waited " + patience.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException io) {
                throw io;
            }
            throw new CompletionException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DataException("interrupted while waiting for a writer of the pipe " + path, e);
        }
    }

    /** Opens the other end for a moment, so that the waiting thread ends. */
    private static void release(Path path, CompletableFuture<InputStream> opened) {
        Thread.ofPlatform().daemon().start(() -> {
            try (OutputStream out = Files.newOutputStream(path, StandardOpenOption.WRITE);
                    InputStream in = opened.join()) {
                out.flush();
                in.available();
            } catch (IOException | CompletionException e) {
                // The pipe was taken away, or is not ours to write to: the waiting thread stays until the program ends.
            }
        });
    }
}
