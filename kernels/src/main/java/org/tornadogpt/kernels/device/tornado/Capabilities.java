package org.tornadogpt.kernels.device.tornado;

import java.lang.reflect.InvocationTargetException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import uk.ac.manchester.tornado.api.common.TornadoDevice;

/**
 * What a device can do beyond single precision, from what its driver says of itself.
 *
 * @param half 16-bit floats in kernels: {@code yes}, {@code no} or {@code unknown}
 * @param tensorCores likewise
 * @param bf16TensorCores whether kernels for TornadoVM's CUDA back end can use tensor cores with bfloat16
 * @param driver the driver's version, empty if it does not tell
 */
record Capabilities(String half, String tensorCores, boolean bf16TensorCores, String driver) {
    private static final String UNKNOWN = "unknown";

    /** NVIDIA's first generations with 16-bit arithmetic and with tensor cores, as major * 10 + minor. */
    private static final int FIRST_WITH_HALF = 53;

    private static final int FIRST_WITH_TENSOR_CORES = 70;

    /** The first with bfloat16 there, and with copies that run beside the arithmetic. */
    private static final int FIRST_WITH_BF16 = 80;

    private static final Pattern COMPUTE = Pattern.compile("Device version\\s*: CUDA (\\d+)\\.(\\d+)");
    private static final Pattern DRIVER = Pattern.compile("Driver version\\s*: (\\S+)");
    private static final Pattern OPENCL = Pattern.compile("Device version\\s*: OpenCL");

    static Capabilities of(TornadoDevice device) {
        String info = String.valueOf(device.getDeviceInfo());
        int generation = generation(device.getPhysicalDevice());
        return generation == 0 ? parse(info) : nvidia(generation, false, driver(info));
    }

    /** From TornadoVM's description of an OpenCL or CUDA device. */
    static Capabilities parse(String info) {
        Matcher compute = COMPUTE.matcher(info);
        if (compute.find()) {
            int generation = 10 * Integer.parseInt(compute.group(1)) + Integer.parseInt(compute.group(2));
            return nvidia(generation, true, driver(info));
        }
        if (OPENCL.matcher(info).find()) {
            // OpenCL has no extension for matrix units that TornadoVM could use
            return new Capabilities(info.contains("cl_khr_fp16") ? "yes" : "no", "no", false, driver(info));
        }
        return new Capabilities(UNKNOWN, UNKNOWN, false, driver(info));
    }

    /** @param cuda whether kernels are compiled from CUDA C++, not to PTX */
    private static Capabilities nvidia(int generation, boolean cuda, String driver) {
        return new Capabilities(
                generation >= FIRST_WITH_HALF ? "yes" : "no",
                generation >= FIRST_WITH_TENSOR_CORES ? "yes" : "no",
                cuda && generation >= FIRST_WITH_BF16 && RuntimeApi.hasBf16(),
                driver);
    }

    private static String driver(String info) {
        Matcher driver = DRIVER.matcher(info);
        return driver.find() ? driver.group(1) : "";
    }

    /** NVIDIA's compute capability of a PTX device, which no interface has; 0 if it is none. */
    private static int generation(Object device) {
        try {
            Object capability =
                    device.getClass().getMethod("getComputeCapability").invoke(device);
            Class<?> type = capability.getClass();
            return 10 * (int) type.getMethod("getMajor").invoke(capability)
                    + (int) type.getMethod("getMinor").invoke(capability);
        } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException e) {
            return 0;
        }
    }
}
