package org.tornadogpt.bench.jmh;

import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.kernels.ops.activation.Activation;
import org.tornadogpt.kernels.ops.attention.AttentionShape;

/** Short names for calls: the phase and every different dimension once, in the order of the arguments. */
final class CallLabel {
    private CallLabel() {}

    static String of(StepCall call) {
        Set<Integer> dimensions = new LinkedHashSet<>();
        String shape = "";
        StringBuilder rest = new StringBuilder();
        for (Object argument : Arguments.leaves(call.call())) {
            if (argument instanceof Tensor tensor && !call.prepared().contains(tensor)) {
                dimensions.addAll(tensor.shape());
            } else if (argument instanceof AttentionShape s) {
                shape = ":" + s.label().replace(' ', '-');
            } else if (argument instanceof Activation kind) {
                rest.append(":").append(kind.name().toLowerCase(Locale.ROOT));
            } else if (argument instanceof Dropout dropout && dropout.isActive()) {
                rest.append(":dropout").append(dropout.probability());
            }
        }
        String sizes = dimensions.stream().map(String::valueOf).collect(Collectors.joining("x"));
        return call.phase() + (shape.isEmpty() ? ":" + sizes : shape) + rest;
    }
}
