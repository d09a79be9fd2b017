package org.tornadogpt.trainer.cli;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import org.tornadogpt.kernels.graph.DeviceException;
import org.tornadogpt.model.LanguageModel;

/** What training a model takes of memory whatever the batch: parameters, gradients, both moments, and an average. */
record ModelMemory(long parameters, boolean adapters, boolean average) {
    /** Parameters, gradients, and both moments or, for adapters, no more than a copy. */
    private static final int ARRAYS = 4;

    private static final int ARRAYS_OF_ADAPTERS = 3;

    static ModelMemory of(LanguageModel model) {
        return new ModelMemory(model.parameters().size(), false, false);
    }

    /** Bytes of memory that this process may come to use: the machine's, or what its container is allowed. */
    static long ofMachine() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
    }

    long bytes() {
        return parameters * ((adapters ? ARRAYS_OF_ADAPTERS : ARRAYS) + (average ? 1 : 0)) * Float.BYTES;
    }

    /**
     * Asked before any is taken, for a system may end a process that takes too much.
     *
     * @throws DeviceException if that is more than there is
     */
    void check(long available) {
        if (bytes() > available) {
            throw new DeviceException(String.format(
                    Locale.ROOT,
                    "%s, more than the %s that there are: choose fewer layers or channels; %,d parameters would"
                            + " leave half of it to activations",
                    this,
                    text(available),
                    available / 2 / (bytes() / parameters)));
        }
    }

    static String text(long bytes) {
        double mebibytes = bytes / (double) (1 << 20);
        return mebibytes < 1024
                ? String.format(Locale.ROOT, "%.1f MiB", mebibytes)
                : String.format(Locale.ROOT, "%.1f GiB", mebibytes / 1024);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "the model's %,d parameters take %s with gradients%s",
                parameters,
                text(bytes()),
                adapters ? " and a copy for adapters" : average ? ", moments and an average" : " and moments");
    }
}
