package org.tornadogpt.bench.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.tornadogpt.trainer.cli.ExitCode;
import org.tornadogpt.trainer.cli.Io;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tgpt compare}. */
@Command(
        name = "compare",
        mixinStandardHelpOptions = true,
        description = {
            "Lays the validation losses of runs over each other and tells how far each is from the first: at equal steps and"
                    + " at equal time.",
            "Where some runs differ in their seed only, what chance does is known, and differences are held against it."
        },
        footer = {"", "  tgpt compare runs/one runs/other"})
final class CompareCommand implements Callable<Integer> {
    private final Io io;

    @Parameters(
            paramLabel = "RUN",
            arity = "2..*",
            description = "Folders of runs; the first is what others are compared with.")
    private List<Path> folders;

    @Option(names = "--out", paramLabel = "DIR", description = "Where compare.md and compare.png go [.].")
    private Path out = Path.of("");

    CompareCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() throws IOException {
        List<RunCurve> runs = new ArrayList<>();
        for (Path folder : folders) {
            runs.add(RunCurve.read(name(folder), folder));
        }
        Curves curves = new Curves(runs);
        List<String> lines = new ArrayList<>(List.of("# Validation losses", "", "![curves](compare.png)", ""));
        runs.stream().skip(1).map(run -> "- " + curves.verdict(run)).forEach(lines::add);
        lines.addAll(List.of("", "## At equal steps", ""));
        lines.addAll(curves.stepTable());
        lines.addAll(List.of("", "## At equal time", ""));
        lines.addAll(curves.timeTable());
        Files.createDirectories(out.toAbsolutePath());
        Files.write(out.resolve("compare.md"), lines);
        CurvesChart.write(curves, "validation loss", out.resolve("compare.png"));
        lines.stream().filter(line -> !line.startsWith("!")).forEach(io.out()::println);
        io.out().println();
        io.out().println("written: " + out.resolve("compare.md") + ", " + out.resolve("compare.png"));
        return ExitCode.OK;
    }

    /** The folder's name; with its parent's where two are alike. */
    private String name(Path folder) {
        String name = last(folder);
        boolean alike = folders.stream().filter(f -> last(f).equals(name)).count() > 1;
        return alike ? folder.toString() : name;
    }

    private static String last(Path folder) {
        return folder.toAbsolutePath().normalize().getFileName().toString();
    }
}
