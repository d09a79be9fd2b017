package org.tornadogpt.kernels.graph;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.tornadogpt.kernels.kernel.DeviceTraits;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.kernel.Variants;
import org.tornadogpt.kernels.memory.DType;

/**
 * A device and which variant computes each operation there: the variants' own preferences, overlaid with what the user
 * named. A variant named explicitly runs or fails; nothing is replaced in silence. Made once for a run and passed on.
 */
public final class KernelChoices implements AutoCloseable {
    private final Device device;
    private final Map<String, Variant> chosen = new TreeMap<>();
    /** Operations whose variant the user named. */
    private final Set<String> named;

    /**
     * Looks all variants up.
     *
     * @param overrides operation name to variant name
     * @throws IllegalArgumentException for an unknown operation or variant, or one that the device cannot run
     */
    public KernelChoices(Device device, Map<String, String> overrides) {
        this.device = device;
        named = Set.copyOf(overrides.keySet());
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
        return preferred(operation, device, DType.F32);
    }

    private static Optional<Variant> preferred(String operation, DeviceTraits device, DType weights) {
        List<Variant> wanting = Variants.all().stream()
                .filter(v -> v.operation().equals(operation) && v.weightTypes().contains(weights))
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

    /**
     * The variant that computes an operation with weights of a type: the chosen one, or, where nobody named it and it
     * does not take them, whoever of those that do wants it most.
     *
     * @throws IllegalArgumentException if there is none
     */
    public <V extends Variant> V get(Class<V> type, DType weights) {
        V variant = get(type);
        if (variant.weightTypes().contains(weights)) {
            return variant;
        }
        if (named.contains(variant.operation())) {
            throw refusal(variant, weights);
        }
        return preferred(variant.operation(), device.traits(), weights)
                .map(type::cast)
                .orElseThrow(() -> new IllegalArgumentException("device " + device.id() + " has no default variant of "
                        + variant.operation() + " that takes " + weights + " weights"));
    }

    /**
     * Refuses weights of a type that a variant which the user named does not take, though other variants of its
     * operation do.
     *
     * @throws IllegalArgumentException for the first such variant
     */
    public void checkWeights(DType weights) {
        for (String operation : named) {
            Variant variant = chosen.get(operation);
            boolean taken = Variants.all().stream()
                    .anyMatch(v ->
                            v.operation().equals(operation) && v.weightTypes().contains(weights));
            if (taken && !variant.weightTypes().contains(weights)) {
                throw refusal(variant, weights);
            }
        }
    }

    private static IllegalArgumentException refusal(Variant variant, DType weights) {
        return new IllegalArgumentException(variant.operation() + "=" + variant.name() + " does not take " + weights
                + " weights, only " + variant.weightTypes());
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
