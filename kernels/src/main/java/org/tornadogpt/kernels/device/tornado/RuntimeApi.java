package org.tornadogpt.kernels.device.tornado;

import java.util.Arrays;
import uk.ac.manchester.tornado.api.KernelContext;

/** What TornadoVM's API of this JVM has beyond the one that this project is compiled against. */
final class RuntimeApi {
    private RuntimeApi() {}

    /** Whether kernels can call tensor cores with bfloat16: TornadoVM 5.2.0 and newer. */
    static boolean hasBf16() {
        return Arrays.stream(KernelContext.class.getMethods())
                .anyMatch(method -> method.getName().equals("mmaBF16"));
    }
}
