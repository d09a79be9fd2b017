package org.tornadogpt.kernels.kernel;

import java.util.Set;

/**
 * What a variant may know of a device when it says whether it can run there and whether it should be the default there.
 *
 * @param id the name under which {@code --device} finds the device
 * @param styles the styles of kernels that it runs
 * @param gpu whether it is a GPU: many slow lanes, work-groups that are cheap to start
 */
public record DeviceTraits(String id, Set<Variant.Style> styles, boolean gpu) {
    public DeviceTraits {
        styles = Set.copyOf(styles);
    }

    /** Whether kernels of this style can run here. */
    public boolean runs(Variant.Style style) {
        return styles.contains(style);
    }
}
