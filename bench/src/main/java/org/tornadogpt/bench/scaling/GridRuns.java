package org.tornadogpt.bench.scaling;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.tornadogpt.trainer.cli.ExitCode;
import org.tornadogpt.trainer.cli.Io;

/** Trains the points of a grid that are not done yet, several at a time, each in a process of its own. */
final class GridRuns {
    private final Io io;
    private final int jobs;
    private final List<String> device;
    private final TgptProcess processes = new TgptProcess();

    /**
     * @param jobs processes at a time
     * @param device options that are passed on
     */
    GridRuns(Io io, int jobs, List<String> device) {
        this.io = io;
        this.jobs = jobs;
        this.device = device;
    }

    /** The results of all points, those of the longest runs begun first. */
    List<PointResult> complete(List<Point> points) throws IOException, InterruptedException {
        List<PointResult> results = new ArrayList<>();
        List<Point> open = new ArrayList<>();
        for (Point point : points) {
            Optional<PointResult> done = point.result();
            done.ifPresentOrElse(results::add, () -> open.add(point));
        }
        if (!results.isEmpty()) {
            io.say(results.size() + " of " + points.size() + " points are done already");
        }
        open.sort(Comparator.comparingDouble(
                p -> -1.0 * p.tokens() * p.size().channels() * p.size().channels()));
        try (ExecutorService executor = Executors.newFixedThreadPool(jobs)) {
            ExecutorCompletionService<PointResult> service = new ExecutorCompletionService<>(executor);
            open.forEach(point -> service.submit(() -> run(point)));
            executor.shutdown();
            for (int i = 0; i < open.size(); i++) {
                results.add(result(service, executor));
                tell(results.getLast(), results.size(), points.size());
            }
        }
        results.sort(Comparator.comparingLong(PointResult::parameters).thenComparingLong(PointResult::tokens));
        return results;
    }

    private static PointResult result(ExecutorCompletionService<PointResult> service, ExecutorService executor)
            throws IOException, InterruptedException {
        try {
            return service.take().get();
        } catch (ExecutionException e) {
            executor.shutdownNow(); // those that have begun save and end, or end by themselves
            throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
        }
    }

    private void tell(PointResult r, int done, int all) {
        io.out()
                .println(String.format(
                        Locale.ROOT,
                        "[%d/%d] %,d channels, %,d parameters, %,d tokens: loss %.4f",
                        done,
                        all,
                        r.channels(),
                        r.parameters(),
                        r.tokens(),
                        r.loss()));
        io.out().flush();
    }

    private PointResult run(Point point) throws IOException, InterruptedException {
        Files.createDirectories(point.folder().getParent());
        Path log = point.folder().resolveSibling(point.name() + ".log");
        List<String> arguments = new ArrayList<>(point.arguments());
        arguments.addAll(device);
        int code = processes.run(arguments, log);
        if (code != ExitCode.OK) {
            throw new IOException("the point " + point.name() + " ended with exit code " + code + " ("
                    + Point.lastLine(log) + "); the same command goes on with what is left");
        }
        return point.finish();
    }
}
