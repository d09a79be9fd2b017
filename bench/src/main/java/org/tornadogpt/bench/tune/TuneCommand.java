package org.tornadogpt.bench.tune;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.trainer.cli.DeviceOptions;
import org.tornadogpt.trainer.cli.ExitCode;
import org.tornadogpt.trainer.cli.Io;
import org.tornadogpt.trainer.foreign.TunableSource;
import org.tornadogpt.trainer.foreign.TunedFile;
import org.tornadogpt.trainer.settings.UsageException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tgpt kernels tune}. */
@Command(
        name = "tune",
        mixinStandardHelpOptions = true,
        description = {
            "Tries the values of constants that a source file marks '@Tunable({32, 64}) static final int TILE = 32;': compiles"
                    + " the file anew for each, checks its results and races it against the device's default. What is clearly"
                    + " slower than the best so far is given up early.",
            "The best is kept beside the file, by device and shape, and used where --tuned SHAPE asks for it."
        },
        footer = {
            "",
            "  tgpt kernels tune Mine.java --shapes 16x4x128x32",
            "  tgpt train --kernels Mine.java --tuned 16x4x128x32 --kernel attention=mine"
        })
final class TuneCommand implements Callable<Integer> {
    private static final int MOST = 64;

    private final Io io;

    @Parameters(paramLabel = "FILE", description = "A .java file with one kernel variant.")
    private Path file;

    @Option(
            names = "--shapes",
            paramLabel = "SHAPES",
            description = "What to tune for, as for 'tgpt kernels race' [preset:kernel-cpu].")
    private String shapes = "preset:kernel-cpu";

    @Option(names = "--device", paramLabel = "DEVICE", description = "auto, sequential, cpu, tornado[:driver:device].")
    private String device = "auto";

    @Option(names = "--threads", paramLabel = "N", description = "Worker threads of the cpu device.")
    private int threads;

    @Option(names = "--limit", paramLabel = "TIME", description = "Ends each combination's JVM after it [5m].")
    private String limit = "5m";

    @Option(names = "--memory", paramLabel = "SIZE", description = "Of each JVM's heap, and as much beside it.")
    private String memory;

    TuneCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (!Files.isReadable(file) || !file.toString().endsWith(".java")) {
            throw new UsageException("what is tuned is a .java file that can be read, got " + file);
        }
        TunableSource source = TunableSource.read(file);
        if (source.constants().isEmpty()) {
            throw new UsageException(
                    file + " has nothing to tune: mark a constant '@Tunable({32, 64}) static final int TILE = 32;'");
        }
        List<Map<String, Integer>> combinations = source.combinations();
        if (combinations.size() > MOST) {
            throw new UsageException(file + " has " + combinations.size() + " combinations of values, more than " + MOST
                    + ": leave some out");
        }
        String key = deviceKey();
        io.out().println("device " + key);
        io.out().flush();
        boolean all = true;
        for (String shape : shapes.split(",", -1)) {
            all &= tune(source, combinations, shape, key);
        }
        return all ? ExitCode.OK : ExitCode.FAILED;
    }

    private String deviceKey() throws IOException {
        try (KernelChoices kernels = DeviceOptions.open(device, threads, Map.of())) {
            Device opened = kernels.device();
            return TunedFile.key(opened);
        }
    }

    private boolean tune(TunableSource source, List<Map<String, Integer>> combinations, String shape, String key)
            throws IOException, InterruptedException {
        io.out().println("tuning " + file + " for " + shape);
        List<String> jvm = new ArrayList<>(List.of("--limit", limit));
        if (memory != null) {
            jvm.addAll(List.of("--memory", memory));
        }
        List<String> chosen = List.of("--device", device, "--threads", String.valueOf(threads));
        List<Tried> tried = new Tuning(file, shape, jvm, chosen, io.out(), io.err()).run(combinations);
        Optional<Tried> best = Tuning.best(tried);
        if (best.isEmpty()) {
            io.fail("no combination of values could be timed for " + shape);
            return false;
        }
        Tried kept = best.get();
        String result = String.format(
                Locale.ROOT, "%.3f ms, %s", kept.lap().millis(), kept.lap().speed());
        TunedFile tuned = TunedFile.of(file);
        tuned.put(
                key,
                shape,
                new TunedFile.Best(
                        kept.values(),
                        result,
                        LocalDate.now(ZoneId.systemDefault()).toString(),
                        source.checksum()));
        boolean own = kept.values().equals(source.own());
        io.out()
                .println("best: " + Tried.label(kept.values())
                        + (own
                                ? ", the file's own: no other is surely faster"
                                : ", surely faster than the file's own"));
        io.out().println("written: " + tuned.file() + "; use it with --tuned " + shape);
        return true;
    }
}
