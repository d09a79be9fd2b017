package org.tornadogpt.bench.jmh;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.tornadogpt.kernels.graph.OperationCall;
import org.tornadogpt.kernels.memory.IntTensor;
import org.tornadogpt.kernels.memory.Tensor;

/** Reads the records of arguments that calls of operations are, and makes them again with other memory. */
final class Arguments {
    private Arguments() {}

    /** Whether this kind of argument is memory. */
    static boolean isMemory(Object argument) {
        return argument instanceof Tensor || argument instanceof IntTensor;
    }

    /** The arguments of a call in order, those of a call within it, too; other records, such as shapes, as they are. */
    static List<Object> leaves(OperationCall call) {
        List<Object> leaves = new ArrayList<>();
        for (Object component : components(call)) {
            if (component instanceof OperationCall inner) {
                leaves.addAll(leaves(inner));
            } else if (component != null) {
                leaves.add(component);
            }
        }
        return leaves;
    }

    /** The tensors of a call in order, a dropout's counters among them. */
    static List<Object> memory(OperationCall call) {
        List<Object> memory = new ArrayList<>();
        replace(call, tensor -> {
            memory.add(tensor);
            return tensor;
        });
        return memory;
    }

    /** The call whose results this one reads, such as the forward pass of a backward one; null if there is none. */
    static OperationCall preparation(OperationCall call) {
        return components(call).stream()
                .filter(OperationCall.class::isInstance)
                .map(OperationCall.class::cast)
                .findFirst()
                .orElse(null);
    }

    /** The same record with each tensor replaced, in the records within it, too. */
    @SuppressWarnings("unchecked")
    static <T> T replace(T argument, UnaryOperator<Object> memory) {
        if (isMemory(argument)) {
            return (T) memory.apply(argument);
        }
        if (!(argument instanceof Record)) {
            return argument;
        }
        Object[] replaced =
                components(argument).stream().map(c -> replace(c, memory)).toArray();
        return (T) construct(argument.getClass(), replaced);
    }

    private static List<Object> components(Object argument) {
        List<Object> values = new ArrayList<>();
        for (RecordComponent component : argument.getClass().getRecordComponents()) {
            try {
                values.add(component.getAccessor().invoke(argument));
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("cannot read " + component, e);
            }
        }
        return values;
    }

    private static Object construct(Class<?> type, Object... values) {
        try {
            Class<?>[] types = Arrays.stream(type.getRecordComponents())
                    .map(RecordComponent::getType)
                    .toArray(Class<?>[]::new);
            Constructor<?> canonical = type.getDeclaredConstructor(types);
            return canonical.newInstance(values);
        } catch (InvocationTargetException e) {
            throw new IllegalStateException("cannot make a " + type.getName() + ": " + e.getCause(), e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot make a " + type.getName(), e);
        }
    }
}
