package org.tornadogpt.kernels.jvm;

import java.util.Locale;
import org.tornadogpt.kernels.Variant;
import org.tornadogpt.kernels.emulator.WorkGroupEmulator;

/** Runs the kernels of the {@code GROUP} style on the JVM; for tests. */
public final class EmulatedGroupDevice extends JvmDevice {
    private final WorkGroupEmulator.Order order;

    public EmulatedGroupDevice(WorkGroupEmulator.Order order) {
        super(1, new WorkGroupEmulator(order)::run);
        this.order = order;
    }

    @Override
    public String id() {
        return "emulated";
    }

    @Override
    public String description() {
        return "emulated work-groups, items " + order.name().toLowerCase(Locale.ROOT);
    }

    /** Loops of {@code GROUP} variants run too; variants of loops only have devices of their own. */
    @Override
    public boolean runs(Variant.Style style) {
        return style == Variant.Style.GROUP;
    }

    @Override
    public String defaultVariant(String operation) {
        throw new IllegalStateException("the emulator has no defaults");
    }
}
