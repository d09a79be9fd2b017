package org.tornadogpt.checks.emulator;

import java.util.Locale;
import java.util.Set;
import org.tornadogpt.kernels.device.jvm.GroupRunner;
import org.tornadogpt.kernels.device.jvm.JvmDevice;
import org.tornadogpt.kernels.kernel.Call;
import org.tornadogpt.kernels.kernel.DeviceTraits;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.kernel.WorkGroups;

/** Runs the kernels of the {@code GROUP} style on the JVM; for tests. */
public final class EmulatedGroupDevice extends JvmDevice {
    /** What every emulator of this module runs. */
    public static final DeviceTraits TRAITS = new DeviceTraits("emulated", Set.of(Variant.Style.GROUP), true);

    private final WorkGroupEmulator.Order order;
    private final boolean prefersSharedKernels;
    private final Set<DeviceTraits.Ability> abilities;

    /** @param prefersSharedKernels whether kernels are launched as on devices whose compiler is slow */
    public EmulatedGroupDevice(WorkGroupEmulator.Order order, boolean prefersSharedKernels) {
        this(order, prefersSharedKernels, EmulatedItem::new, Set.of());
    }

    /**
     * A device whose items know more of the API than this module does.
     *
     * @param abilities what they emulate beyond work-groups
     */
    public EmulatedGroupDevice(
            WorkGroupEmulator.Order order, EmulatedItem.Maker maker, Set<DeviceTraits.Ability> abilities) {
        this(order, false, maker, abilities);
    }

    private EmulatedGroupDevice(
            WorkGroupEmulator.Order order,
            boolean prefersSharedKernels,
            EmulatedItem.Maker maker,
            Set<DeviceTraits.Ability> abilities) {
        super(1, runner(new WorkGroupEmulator(order, maker), prefersSharedKernels), null);
        this.order = order;
        this.prefersSharedKernels = prefersSharedKernels;
        this.abilities = abilities;
    }

    private static GroupRunner runner(WorkGroupEmulator emulator, boolean prefersSharedKernels) {
        return new GroupRunner() {
            @Override
            public void run(Call call, WorkGroups groups) {
                emulator.run(call, groups);
            }

            @Override
            public boolean prefersSharedKernels() {
                return prefersSharedKernels;
            }
        };
    }

    @Override
    public String description() {
        return "emulated work-groups, items " + order.name().toLowerCase(Locale.ROOT)
                + (prefersSharedKernels ? ", code shared" : "");
    }

    /**
     * Loops of {@code GROUP} variants run too; variants of loops only have devices of their own, but where code is
     * shared.
     */
    @Override
    public DeviceTraits traits() {
        Set<Variant.Style> styles =
                prefersSharedKernels ? Set.of(Variant.Style.GROUP, Variant.Style.LOOP) : TRAITS.styles();
        return new DeviceTraits(TRAITS.id(), styles, true, abilities);
    }
}
