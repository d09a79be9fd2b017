package org.tornadogpt.kernels.kernel;

import java.util.Set;

/**
 * What a variant may know of a device when it says whether it can run there and whether it should be the default there.
 *
 * @param id the name under which {@code --device} finds the device
 * @param styles the styles of kernels that it runs
 * @param gpu whether it is a GPU: many slow lanes, work-groups that are cheap to start
 * @param abilities what it can do that not every device of its styles can
 */
public record DeviceTraits(String id, Set<Variant.Style> styles, boolean gpu, Set<Ability> abilities) {
    /** What some kernels need beyond their style. */
    public enum Ability {
        /** Tensor cores that multiply bfloat16, and a back end of TornadoVM that compiles kernels for them. */
        BF16_TENSOR_CORES,
        /** Tasks that call NVIDIA's libraries, in an SDK that carries them. */
        LIBRARY_TASKS
    }

    public DeviceTraits {
        styles = Set.copyOf(styles);
        abilities = Set.copyOf(abilities);
    }

    /** A device that can do what its styles need, and no more. */
    public DeviceTraits(String id, Set<Variant.Style> styles, boolean gpu) {
        this(id, styles, gpu, Set.of());
    }

    /** Whether kernels of this style can run here. */
    public boolean runs(Variant.Style style) {
        return styles.contains(style);
    }

    /** Whether kernels that need {@code ability} can run here. */
    public boolean has(Ability ability) {
        return abilities.contains(ability);
    }
}
