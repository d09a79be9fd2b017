package org.tornadogpt.kernels.graph;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.tornadogpt.kernels.kernel.DeviceTraits;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.kernel.Variants;

/**
 * A device and which variant computes each operation there: the variants' own preferences, overlaid with what the user named. A
 * variant named explicitly runs or fails; nothing is replaced in silence. Made once for a run and passed on.
 */
public final class KernelChoices implements AutoCloseable {
    private final Device device;
    private final Map<String, Variant> chosen = new TreeMap<>();

    /**
     * Looks all variants up.
     *
     * @param overrides operation name to variant name
     * @throws IllegalArgumentException for an unknown operation or variant, or one that the device cannot run
     */
    public KernelChoices(Device device, Map<String, String> overrides) {
        this.device = device;
        DeviceTraits traits = device.traits();
        overrides.forEach((operation, name) -> chosen.put(operation, usable(Variants.find(operation, name), traits)));
        for (String operation : Variants.operations()) {
            if (!chosen.containsKey(operation)) {
                preferred(operation, traits).ifPresent(variant -> chosen.put(operation, variant));
            }
        }
    }

    /** The device's defaults. */
    public static KernelChoices defaults(Device device) {
        return new KernelChoices(device, Map.of());
    }

    private static Variant usable(Variant variant, DeviceTraits device) {
        variant.obstacle(device).ifPresent(obstacle -> {
            throw new IllegalArgumentException("device " + device.id() + " cannot run " + variant.operation() + "="
                    + variant.name() + ": " + obstacle);
        });
        return variant;
    }

    /** The default of an operation on a device: whoever of those that can run there wants it most. */
    public static Optional<Variant> preferred(String operation, DeviceTraits device) {
        List<Variant> wanting = Variants.all().stream()
                .filter(v -> v.operation().equals(operation))
                .filter(v -> v.obstacle(device).isEmpty() && v.preference(device) > Variant.ONLY_IF_NAMED)
                .sorted(Comparator.comparingInt((Variant v) -> v.preference(device))
                        .reversed())
                .toList();
        if (wanting.size() > 1
                && wanting.get(0).preference(device) == wanting.get(1).preference(device)) {
            throw new IllegalStateException("two variants of " + operation + " want to be the default on " + device.id()
                    + ": " + wanting.get(0).name() + " and " + wanting.get(1).name());
        }
        return wanting.stream().findFirst();
    }

    /** What was chosen for. */
    public Device device() {
        return device;
    }

    /**
     * The variant chosen for the operation whose interface is {@code type}.
     *
     * @throws IllegalArgumentException if there is none: none is registered, or the device has no default for it
     */
    public <V extends Variant> V get(Class<V> type) {
        return chosen.values().stream()
                .filter(type::isInstance)
                .map(type::cast)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("device " + device.id() + " has no default variant of "
                        + type.getSimpleName() + ": name one that it can run"));
    }

    /** Operation name to variant name, for the run's record. */
    public Map<String, String> names() {
        Map<String, String> names = new TreeMap<>();
        chosen.forEach((operation, variant) -> names.put(operation, variant.name()));
        return names;
    }

    /** Closes the device: for whoever opened it to make these choices. */
    @Override
    public void close() {
        device.close();
    }
}
