package org.tornadogpt.kernels.device.tornado;

import java.util.EnumSet;
import java.util.Set;
import org.tornadogpt.kernels.kernel.DeviceTraits;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.TornadoDeviceType;

/**
 * A device that TornadoVM found.
 *
 * @param id {@code tornado:driver:device}
 * @param type for example {@code GPU}
 * @param backend for example {@code OPENCL}
 * @param memory bytes of global memory
 * @param largestArray most bytes in one array
 * @param localMemory bytes of a work-group's local memory
 * @param maxWorkGroup most work-items in a work-group
 * @param capabilities what it can do beyond single precision
 */
public record DeviceInfo(
        String id,
        String name,
        String type,
        String backend,
        String platform,
        long memory,
        long largestArray,
        long localMemory,
        int maxWorkGroup,
        Capabilities capabilities,
        TornadoDevice handle) {

    static DeviceInfo of(int driver, int number, TornadoDevice device) {
        return new DeviceInfo(
                "tornado:" + driver + ":" + number,
                device.getPhysicalDevice().getDeviceName().strip(),
                kind(device.getDeviceType()),
                device.getTornadoVMBackend().name(),
                device.getPlatformName().strip(),
                device.getMaxGlobalMemory(),
                device.getMaxAllocMemory(),
                device.getDeviceLocalMemorySize(),
                device.getPhysicalDevice().getMaxThreadsPerBlock(),
                Capabilities.of(device),
                device);
    }

    private static String kind(TornadoDeviceType type) {
        return type.name().replace("CL_DEVICE_TYPE_", "");
    }

    public boolean isGpu() {
        return type.equals("GPU");
    }

    /** Whether kernels can use 16-bit floats: {@code yes}, {@code no} or {@code unknown}. */
    public String half() {
        return capabilities.half();
    }

    /** Whether there are tensor cores that TornadoVM can use: {@code yes}, {@code no} or {@code unknown}. */
    public String tensorCores() {
        return capabilities.tensorCores();
    }

    /** What some kernels need of a device. */
    public Set<DeviceTraits.Ability> abilities() {
        Set<DeviceTraits.Ability> abilities = EnumSet.noneOf(DeviceTraits.Ability.class);
        if (capabilities.bf16TensorCores()) {
            abilities.add(DeviceTraits.Ability.BF16_TENSOR_CORES);
        }
        if (RuntimeApi.hasLibraries(backend)) {
            abilities.add(DeviceTraits.Ability.LIBRARY_TASKS);
        }
        return abilities;
    }

    /** The back end, the platform and, if known, the driver's version. */
    public String driver() {
        return (backend + ", " + platform + " " + capabilities.driver()).strip();
    }

    /** Global memory in gibibytes, for a person. */
    public double gibibytes() {
        return memory / (double) (1L << 30);
    }
}
