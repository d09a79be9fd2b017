package org.tornadogpt.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.tornadogpt.trainer.settings.UsageException;
import org.tornadogpt.trainer.settings.Values;
import picocli.CommandLine.Option;

/** With what {@code tgpt speed} compares. */
final class AgainstOptions {
    @Option(
            names = "--against",
            paramLabel = "DIR",
            description = "Compares with the build in another checkout, step by step in turn; '.' for this one.")
    private Path folder;

    @Option(
            names = "--against-set",
            paramLabel = "KEY=VALUE",
            description = "With --against: as --set, for the other side only.")
    private List<String> pairs = new ArrayList<>();

    @Option(
            names = "--against-kernel",
            paramLabel = "OP=VARIANT",
            description = "With --against: as --kernel, for the other side only.")
    private List<String> kernels = new ArrayList<>();

    @Option(
            names = "--repeats",
            paramLabel = "N",
            description =
                    "With --against: how often to begin anew [5], with classes loaded and compiled and memory taken"
                            + " again; their spread tells a difference from chance.")
    private int repeats = 5;

    boolean given() {
        if (folder == null && !(pairs.isEmpty() && kernels.isEmpty())) {
            throw new UsageException(
                    "--against-set and --against-kernel need --against ('--against .' for this build)");
        }
        return folder != null;
    }

    /** The build to compare with. */
    Build build() throws IOException {
        if (folder.toString().isBlank()) {
            throw new UsageException("--against needs a folder");
        }
        Checkout checkout = new Checkout(folder);
        checkout.check();
        return Build.of(checkout);
    }

    /** The other side's settings: this side's, and what is given for the other only. */
    Values over(Values here) {
        Values values = new Values();
        values.putAll(here);
        pairs.forEach(values::setPair);
        kernels.forEach(values::setKernel);
        return values;
    }

    int repeats() {
        if (repeats < 1) {
            throw new UsageException("--repeats must be at least 1, got " + repeats);
        }
        return repeats;
    }
}
