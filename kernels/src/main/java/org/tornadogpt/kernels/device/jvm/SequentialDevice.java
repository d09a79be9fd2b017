package org.tornadogpt.kernels.device.jvm;

import java.util.Map;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.ops.attention.CausalAttention;
import org.tornadogpt.kernels.ops.matmul.MatMul;

/** The kernels' own Java methods, one thread, in order: slow, obvious, always right. */
public final class SequentialDevice extends JvmDevice {
    private static final Map<String, String> DEFAULTS =
            Map.of(MatMul.OPERATION, "naive", CausalAttention.OPERATION, "materialized");

    public SequentialDevice() {
        super(1);
    }

    @Override
    public String id() {
        return "sequential";
    }

    @Override
    public String description() {
        return "plain Java loops, 1 thread";
    }

    @Override
    public boolean runs(Variant.Style style) {
        return style == Variant.Style.LOOP;
    }

    @Override
    public String defaultVariant(String operation) {
        return DEFAULTS.getOrDefault(operation, "loop");
    }
}
