package org.tornadogpt.bench.jmh;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.tornadogpt.kernels.graph.Node.Cost;
import org.tornadogpt.kernels.graph.Operations;
import org.tornadogpt.kernels.memory.Tensor;

/**
 * One call that a training step makes of {@link Operations}.
 *
 * @param index its place among all calls of the step; the same for every batch size
 * @param method of {@link Operations}
 * @param arguments what the model passed
 * @param saved an argument that an earlier call returned, or null
 * @param preparation that earlier call, or null
 * @param operation whose variants compute it
 * @param cost arithmetic and least memory traffic
 */
record StepCall(
        int index,
        Method method,
        List<Object> arguments,
        Tensor saved,
        StepCall preparation,
        String operation,
        Cost cost) {
    /** The call's name and shapes, for example {@code linear:2048x384x128}; a word without blanks. */
    String label() {
        return CallLabel.of(method.getName(), arguments, saved);
    }

    /** Makes the call with each argument replaced; returns what it returns. */
    Object invoke(Operations ops, UnaryOperator<Object> replace) {
        List<Object> replaced = new ArrayList<>();
        arguments.forEach(argument -> replaced.add(replace.apply(argument)));
        return invoke(method, ops, replaced.toArray());
    }

    /** Calls {@code method} by reflection; what it throws comes through as it is. */
    static Object invoke(Method method, Operations ops, Object... arguments) {
        try {
            return method.invoke(ops, arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(method.getName() + " failed", e.getCause());
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("cannot call " + method, e);
        }
    }
}
