package org.tornadogpt.bench.jmh;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.kernels.ops.activation.Activation;
import org.tornadogpt.kernels.ops.attention.AttentionShape;

/** Short names for calls: the method and every different dimension once, in the order of the arguments. */
final class CallLabel {
    private CallLabel() {}

    static String of(String method, List<Object> arguments, Tensor saved) {
        Set<Integer> dimensions = new LinkedHashSet<>();
        StringBuilder rest = new StringBuilder();
        boolean attention = false;
        for (Object argument : arguments) {
            if (argument instanceof Tensor tensor && argument != saved) {
                dimensions.addAll(tensor.shape());
            } else if (argument instanceof AttentionShape s) {
                attention = true;
                rest.append(":B")
                        .append(s.B())
                        .append("-T")
                        .append(s.T())
                        .append("-H")
                        .append(s.heads());
                rest.append(s.kvHeads() == s.heads() ? "" : "/" + s.kvHeads());
                rest.append("-D").append(s.D());
            } else if (argument instanceof Activation kind) {
                rest.append(":").append(kind.name().toLowerCase(java.util.Locale.ROOT));
            } else if (argument instanceof Dropout dropout && dropout.isActive()) {
                rest.append(":dropout").append(dropout.probability());
            }
        }
        if (attention) {
            return method + rest;
        }
        return method + ":" + dimensions.stream().map(String::valueOf).collect(Collectors.joining("x")) + rest;
    }
}
