package org.tornadogpt.trainer.cli;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import org.tornadogpt.kernels.graph.DeviceException;
import org.tornadogpt.model.LanguageModel;

/** What training a model takes of memory whatever the batch: parameters, gradients and both moments. */
record ModelMemory(long parameters) {
    private static final int ARRAYS = 4;

    static ModelMemory of(LanguageModel model) {
        return new ModelMemory(model.parameters().size());
    }

    /** Bytes of memory that this process may come to use: the machine's, or what its container is allowed. */
    static long ofMachine() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
    }

    long bytes() {
        return parameters * ARRAYS * Float.BYTES;
    }

    /**
     * Asked before any is taken, for a system may end a process that takes too much.
     *
     * @throws DeviceException if that is more than there is
     */
    void check(long available) {
        if (bytes() > available) {
            throw new DeviceException(
                    this + ", more than the " + text(available) + " that there are: choose fewer layers or channels");
        }
    }

    private static String text(long bytes) {
        double mebibytes = bytes / (double) (1 << 20);
        return mebibytes < 1024
                ? String.format(Locale.ROOT, "%.1f MiB", mebibytes)
                : String.format(Locale.ROOT, "%.1f GiB", mebibytes / 1024);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "the model's %,d parameters take %s with gradients and moments",
                parameters,
                text(bytes()));
    }
}
