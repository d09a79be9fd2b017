package org.tornadogpt.kernels.device.tornado;

import java.util.Arrays;
import uk.ac.manchester.tornado.api.KernelContext;

/** What TornadoVM's API of this JVM has beyond the one that this project is compiled against. */
final class RuntimeApi {
    /** The one back end that lends its stream to libraries, and the module that calls cuBLAS on it. */
    private static final String BACKEND_WITH_LIBRARIES = "CUDA";

    private static final String CUBLAS = "tornado.cublas";

    private RuntimeApi() {}

    /** Whether a device of the back end runs tasks that call cuBLAS. */
    static boolean hasLibraries(String backend) {
        return backend.equals(BACKEND_WITH_LIBRARIES)
                && ModuleLayer.boot().findModule(CUBLAS).isPresent();
    }

    /** Whether kernels can call tensor cores with bfloat16: TornadoVM 5.2.0 and newer. */
    static boolean hasBf16() {
        return Arrays.stream(KernelContext.class.getMethods())
                .anyMatch(method -> method.getName().equals("mmaBF16"));
    }
}
