package org.tornadogpt.tensorcores;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.tornadogpt.checks.emulator.EmulatedGroupDevice;
import org.tornadogpt.checks.emulator.EmulatedItem;
import org.tornadogpt.checks.emulator.WorkGroupEmulator.Order;
import org.tornadogpt.kernels.kernel.DeviceTraits.Ability;

/** Emulators of a GPU with tensor cores. */
final class Emulators {
    private Emulators() {}

    /** One for each order of items. */
    static List<EmulatedGroupDevice> all(EmulatedItem.Maker maker) {
        return Arrays.stream(Order.values()).map(order -> one(order, maker)).toList();
    }

    static EmulatedGroupDevice one(Order order, EmulatedItem.Maker maker) {
        return new EmulatedGroupDevice(order, maker, Set.of(Ability.BF16_TENSOR_CORES));
    }
}
