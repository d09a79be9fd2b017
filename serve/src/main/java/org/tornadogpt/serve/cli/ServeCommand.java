package org.tornadogpt.serve.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.serve.engine.ServedModel;
import org.tornadogpt.trainer.cli.DeviceOptions;
import org.tornadogpt.trainer.cli.ExitCode;
import org.tornadogpt.trainer.cli.Interruption;
import org.tornadogpt.trainer.cli.Io;
import org.tornadogpt.trainer.settings.TrainSettings;
import org.tornadogpt.trainer.settings.UsageException;
import org.tornadogpt.trainer.settings.Values;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tgpt serve}. */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Serves trained models to OpenAI's clients, and a page to look inside them.")
final class ServeCommand implements Callable<Integer> {
    private static final String KEY_VARIABLE = "TGPT_API_KEY";

    private final Io io;

    @Mixin
    private ModelOptions served = new ModelOptions();

    @Option(names = "--port", paramLabel = "N", description = "Port, 0 for any [8080].")
    private int port = 8080;

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            description = {
                "Address to listen at [127.0.0.1]. Beyond loopback every request needs the key",
                "that " + KEY_VARIABLE + " or --api-key-file holds."
            })
    private String host = "127.0.0.1";

    @Option(names = "--api-key-file", paramLabel = "FILE", description = "File whose first line is the key.")
    private Path keyFile;

    @Option(
            names = "--allow-host",
            paramLabel = "NAME",
            description = "Name that the server may be called by, besides localhost and addresses; repeatable.")
    private List<String> names = new ArrayList<>();

    @Option(names = "--runs-folder", paramLabel = "DIR", description = "Folder of the runs that the page shows [runs].")
    private Path runsFolder = Path.of("runs");

    @Mixin
    private ServeLimits limits = new ServeLimits();

    @Mixin
    private DeviceOptions options = new DeviceOptions();

    ServeCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() throws Exception {
        limits.check();
        if (port < 0 || port > 65_535) {
            throw new UsageException("--port takes 0 to 65535, got " + port);
        }
        boolean loopback = Site.isLoopback(host);
        String key = key();
        if (!loopback && key == null) {
            throw new UsageException("--host " + host + " is reached by others: set " + KEY_VARIABLE
                    + " or give --api-key-file FILE, whose key requests must then have");
        }
        served.check();
        Values values = new Values();
        options.addTo(values);
        TrainSettings settings = TrainSettings.of(values);
        try (KernelChoices kernels = DeviceOptions.open(settings.device(), settings.threads(), settings.kernels())) {
            List<ServedModel> models = served.load(io, kernels, limits.batch());
            io.err().println("device " + DeviceOptions.explain(settings.device(), kernels.device()));
            return serve(kernels, models, loopback, key);
        }
    }

    private String key() throws IOException {
        String key = keyFile == null
                ? System.getenv(KEY_VARIABLE)
                : Files.readAllLines(keyFile).stream().findFirst().orElse("").strip();
        if (keyFile != null && key.isEmpty()) {
            throw new UsageException(keyFile + " holds no key");
        }
        return key == null || key.isBlank() ? null : key.strip();
    }

    private int serve(KernelChoices kernels, List<ServedModel> models, boolean loopback, String key)
            throws IOException, InterruptedException {
        CountDownLatch stop = new CountDownLatch(1);
        io.interrupted().tell(new Interruption.Listener() {
            @Override
            public void first() {
                io.warn("finishing " + limits.drain() + " s at most what is being written; once more stops at once");
                stop.countDown();
            }

            @Override
            public void again() {
                io.warn("stopped");
            }
        });
        try (Site site = new Site(limits, kernels, models, names, key, runsFolder)) {
            site.start(host, port);
            String at = host.contains(":") ? "[" + host + "]" : host;
            io.out().println("serving at http://" + at + ":" + site.port() + "/" + (loopback ? "" : " (with a key)"));
            io.out().flush();
            while (!stop.await(200, TimeUnit.MILLISECONDS) && !io.interrupted().getAsBoolean()) {
                // served by other threads
            }
            site.drain();
        }
        return ExitCode.OK;
    }
}
