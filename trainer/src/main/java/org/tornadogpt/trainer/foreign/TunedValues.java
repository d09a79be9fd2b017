package org.tornadogpt.trainer.foreign;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.tornadogpt.kernels.device.Devices;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.trainer.foreign.TunedFile.Best;
import org.tornadogpt.trainer.settings.UsageException;

/** What {@code --tuned} asks for: the values that were best on the command's device for a shape. */
record TunedValues(ChildOptions options) {
    /**
     * For a source file; none if nothing in it is marked.
     *
     * @throws UsageException if nothing is kept for this device and shape, or the file has changed since
     */
    Map<String, Integer> of(Path source) throws IOException {
        TunableSource tunable = TunableSource.read(source);
        if (tunable.constants().isEmpty()) {
            return Map.of();
        }
        Best best = TunedFile.of(source).find(device(), options.tuned().orElseThrow());
        if (!best.source().equals(tunable.checksum())) {
            throw new UsageException(source + " has changed since it was tuned on " + best.date()
                    + ": run 'tgpt kernels tune' again, or leave out --tuned");
        }
        return best.values();
    }

    /** The device that the command will open. */
    private String device() throws IOException {
        String threads = options.ofCommand("--threads", "0");
        try (Device opened = Devices.open(options.ofCommand("--device", "auto"), Integer.parseInt(threads))) {
            return TunedFile.key(opened);
        } catch (NumberFormatException e) {
            throw new UsageException("--threads wants a number, got " + threads, e);
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage(), e);
        }
    }
}
