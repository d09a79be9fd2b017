package org.tornadogpt.bench.jmh;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.trainer.cli.DeviceOptions;
import org.tornadogpt.trainer.cli.ExitCode;
import org.tornadogpt.trainer.cli.Io;
import org.tornadogpt.trainer.settings.UsageException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tgpt bench}: measures single operations, variant by variant. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Measures each call of the presets' training steps with every variant that the device can run, under JMH.",
            "Results are checked against the sequential device first. Run it on an idle machine."
        },
        footer = {
            "",
            "Names are preset/operation/call/variant; see --list. Examples:",
            "  tgpt bench --quick kernel-cpu/attention",
            "  tgpt bench 'matmul/.*/blocked'"
        })
final class BenchCommand implements Callable<Integer> {
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT);

    private final Io io;

    @Parameters(
            arity = "0..1",
            paramLabel = "PATTERN",
            description = "Regular expression to be found in a case's name; all cases without it.")
    private String pattern = "";

    @Option(names = "--device", paramLabel = "DEVICE", description = "As in 'tgpt train' [cpu].")
    private String device = "cpu";

    @Option(names = "--threads", paramLabel = "N", description = "Worker threads; by default one for each processor.")
    private int threads;

    @Option(names = "--quick", description = "Short iterations: right to some per cent, for a first look.")
    private boolean quick;

    @Option(names = "--forks", paramLabel = "N", description = "JVMs for each case [1].")
    private int forks = 1;

    @Option(names = "--list", description = "Prints the names of the cases and ends.")
    private boolean list;

    @Option(names = "--out", paramLabel = "DIR", description = "Where results go [bench/results].")
    private Path folder = Path.of("bench", "results");

    @Option(names = "--name", paramLabel = "NAME", description = "Name of the result files; by default the time.")
    private String name;

    BenchCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() throws IOException {
        if (forks < 1) {
            throw new UsageException("--forks must be at least 1, got " + forks);
        }
        List<BenchCase> cases;
        String described;
        try (KernelChoices defaults = DeviceOptions.open(device, checkedThreads(), Map.of())) {
            Device opened = defaults.device();
            cases = CasePattern.select(BenchCase.all(opened), pattern);
            if (list) {
                cases.forEach(c -> io.out().println(c.name()));
                return ExitCode.OK;
            }
            described = DeviceOptions.explain(device, opened);
            io.say("device " + described);
        }
        return measure(cases, described);
    }

    private int checkedThreads() {
        if (threads < 0) {
            throw new UsageException("--threads must not be negative, got " + threads);
        }
        return threads;
    }

    private int measure(List<BenchCase> cases, String described) throws IOException {
        BenchSettings settings =
                quick ? BenchSettings.quick(device, threads, forks) : BenchSettings.thorough(device, threads, forks);
        ResultFiles files = name == null
                ? ResultFiles.unused(
                        folder, LocalDateTime.now(ZoneId.systemDefault()).format(STAMP))
                : new ResultFiles(folder, name);
        Map<String, String> environment = Environment.describe();
        environment.put("device", described + (threads == 0 ? "" : ", " + threads + " threads"));
        Files.createDirectories(folder);
        Path log = Files.createTempFile("tgpt-bench", ".log");
        List<Measured> results = new ArrayList<>();
        int code = ExitCode.OK;
        for (int i = 0; i < cases.size() && code == ExitCode.OK; i++) {
            code = measure(cases.get(i), i + 1 + "/" + cases.size(), settings, log, results);
        }
        if (code != ExitCode.FAILED) {
            Files.deleteIfExists(log);
        }
        if (!results.isEmpty()) {
            Optional<String> noChart = files.write(environment, results);
            io.out().println("written: " + files.file(".json") + ", .md" + (noChart.isPresent() ? "" : ", .png"));
            noChart.ifPresent(io::warn);
        }
        if (code == ExitCode.INTERRUPTED) {
            io.warn("interrupted after " + results.size() + " of " + cases.size() + " cases");
        }
        return code;
    }

    private int measure(BenchCase of, String place, BenchSettings settings, Path log, List<Measured> results) {
        if (io.interrupted().getAsBoolean()) {
            return ExitCode.INTERRUPTED;
        }
        try {
            Measured measured = new Measured(of, new Runner(settings.options(of, log.toString())).runSingle());
            results.add(measured);
            io.out().println("[" + place + "] " + of.name());
            io.out()
                    .printf(
                            Locale.ROOT,
                            "  %,12.1f µs %9.2f GFLOP/s %8.2f GB/s%s%n",
                            measured.micros(),
                            measured.gflops(),
                            measured.gigabytesPerSecond(),
                            onDevice(measured));
            io.out().flush();
            return ExitCode.OK;
        } catch (RunnerException e) {
            if (io.interrupted().getAsBoolean()) {
                return ExitCode.INTERRUPTED;
            }
            io.warn(of.name() + " failed: " + reason(e, log) + " (all of it is in " + log + ")");
            return ExitCode.FAILED;
        }
    }

    private static String onDevice(Measured measured) {
        return measured.deviceMicros().isEmpty()
                ? ""
                : String.format(
                        Locale.ROOT,
                        ", on the device %.1f µs",
                        measured.deviceMicros().getAsDouble());
    }

    /** The line of the forked JVM's output that names the cause, where there is one. */
    private static String reason(RunnerException e, Path log) {
        try {
            return Files.readAllLines(log).stream()
                    .filter(line -> line.matches("(Caused by: )?[\\w.]+(Exception|Error): .*"))
                    .map(line -> line.replaceFirst("^(Caused by: )?[\\w.]+: ", ""))
                    .findFirst()
                    .orElse(e.getMessage());
        } catch (IOException unread) {
            return e.getMessage();
        }
    }
}
