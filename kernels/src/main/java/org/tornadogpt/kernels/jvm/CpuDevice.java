package org.tornadogpt.kernels.jvm;

import java.util.Map;
import org.tornadogpt.kernels.Variant;
import org.tornadogpt.kernels.attention.CausalAttention;
import org.tornadogpt.kernels.matmul.MatMul;
import org.tornadogpt.kernels.vector.WarmUpVector;

/** All cores and the Vector API. Results do not depend on the number of threads. */
public final class CpuDevice extends JvmDevice {
    private static final Map<String, String> DEFAULTS =
            Map.of(MatMul.OPERATION, "blocked", CausalAttention.OPERATION, "flash");

    /** With {@code threads} worker threads, the caller's included. The first device of a JVM begins to warm up the largest kernels. */
    public CpuDevice(int threads) {
        super(threads);
        WarmUpVector.begin();
    }

    @Override
    public String id() {
        return "cpu";
    }

    @Override
    public String description() {
        return threads() + (threads() == 1 ? " thread" : " threads") + ", Vector API";
    }

    @Override
    public boolean runs(Variant.Style style) {
        return style != Variant.Style.GROUP;
    }

    @Override
    public String defaultVariant(String operation) {
        return DEFAULTS.getOrDefault(operation, "vector");
    }
}
