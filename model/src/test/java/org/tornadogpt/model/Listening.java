package org.tornadogpt.model;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.kernels.graph.Program;

/** Writes down what a device's programs are called for. */
final class Listening {
    private Listening() {}

    /** The device, with what its programs are called for written down. */
    static Device to(Device device, List<String> calls) {
        return proxy(Device.class, (proxy, method, arguments) -> {
            Object result = method.invoke(device, arguments);
            if (method.getName().equals("build")) {
                Map<String, Program> programs = new HashMap<>();
                ((Map<?, ?>) result)
                        .forEach((name, program) ->
                                programs.put((String) name, proxy(Program.class, (p, call, none) -> {
                                    calls.add(name + "." + call.getName());
                                    return call.invoke(program, none);
                                })));
                return programs;
            }
            return result;
        });
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
