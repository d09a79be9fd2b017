package org.tornadogpt.kernels.graph;

import java.util.Map;
import java.util.TreeMap;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.kernel.Variants;

/**
 * Which variant computes each operation: the device's stated defaults, overlaid with what the user named. A variant named
 * explicitly runs or fails; nothing is replaced in silence.
 */
public final class KernelChoices {
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
        overrides.forEach((operation, name) -> chosen.put(operation, usable(Variants.find(operation, name))));
        for (String operation : Variants.operations()) {
            chosen.computeIfAbsent(operation, o -> usable(Variants.find(o, device.defaultVariant(o))));
        }
    }

    private Variant usable(Variant variant) {
        if (!device.runs(variant.style())) {
            throw new IllegalArgumentException("device " + device.id() + " cannot run " + variant.operation() + "="
                    + variant.name() + ": it is written in the " + variant.style() + " style");
        }
        return variant;
    }

    /** The variant chosen for the operation whose interface is {@code type}. */
    public <V extends Variant> V get(String operation, Class<V> type) {
        Variant variant = chosen.get(operation);
        if (variant == null) {
            throw new IllegalArgumentException("no variant of " + operation + " is registered");
        }
        return type.cast(variant);
    }

    /** Operation name to variant name, for the run's record. */
    public Map<String, String> names() {
        Map<String, String> names = new TreeMap<>();
        chosen.forEach((operation, variant) -> names.put(operation, variant.name()));
        return names;
    }
}
