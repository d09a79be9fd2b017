package org.tornadogpt.distributed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.tornadogpt.trainer.cli.ExitCode;

/**
 * The exit codes of the ranks, each left by the shell around it in a file of a folder. MPICH's launcher ends with 0
 * where Ctrl+C has come, sometimes before the ranks do, and what others make of several codes is their own affair.
 */
final class RankCodes implements AutoCloseable {
    /** What ends with {@code $c}, run by a shell whose {@code $0} is the folder, leaves it there. */
    static final String LEAVE = "echo $c > \"$0/${PMI_RANK:-$OMPI_COMM_WORLD_RANK}\"";

    private static final long PAUSE_MILLIS = 20;

    private final Path folder;
    private final int ranks;

    RankCodes(int ranks) throws IOException {
        folder = Files.createTempDirectory("tgpt-ranks");
        this.ranks = ranks;
    }

    Path folder() {
        return folder;
    }

    /** Waits until all ranks have ended, for so long at most. */
    void await(long millis) throws IOException, InterruptedException {
        for (long waited = 0; waited < millis && read().size() < ranks; waited += PAUSE_MILLIS) {
            Thread.sleep(PAUSE_MILLIS);
        }
    }

    /**
     * The code of all together: the worst that any rank chose. Nothing where that is unknown: some have left none, or
     * all that are bad are of signals, of which no rank has said anything.
     */
    OptionalInt together() throws IOException {
        List<Integer> codes = read();
        for (int code : new int[] {ExitCode.USAGE, ExitCode.INTERRUPTED}) {
            if (codes.contains(code) && codes.stream().allMatch(c -> c == code || c == ExitCode.OK)) {
                return OptionalInt.of(code);
            }
        }
        if (codes.contains(ExitCode.FAILED) || codes.contains(ExitCode.USAGE)) {
            return OptionalInt.of(ExitCode.FAILED);
        }
        boolean allWell = codes.size() == ranks && codes.stream().allMatch(code -> code == ExitCode.OK);
        return allWell ? OptionalInt.of(ExitCode.OK) : OptionalInt.empty();
    }

    private List<Integer> read() throws IOException {
        List<Integer> codes = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                String code = Files.readString(file).strip();
                if (!code.isEmpty()) { // else it is being written
                    codes.add(Integer.valueOf(code));
                }
            }
        }
        return codes;
    }

    /** A rank that ends only now leaves a file behind, in the system's folder of temporary ones. */
    @Override
    public void close() {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            folder.toFile().deleteOnExit();
        }
    }
}
