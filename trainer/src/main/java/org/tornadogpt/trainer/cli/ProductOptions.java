package org.tornadogpt.trainer.cli;

import org.tornadogpt.kernels.kernel.Variants;
import org.tornadogpt.kernels.memory.DType;
import org.tornadogpt.kernels.ops.matmul.MatMul;
import org.tornadogpt.trainer.settings.UsageException;
import org.tornadogpt.trainer.settings.Values;
import picocli.CommandLine.Option;

/** In which type commands that train multiply. */
public final class ProductOptions {
    /** The variant that rounds operands to bf16. */
    private static final String ROUNDING = "mma";

    @Option(
            names = "--dtype",
            paramLabel = "TYPE",
            description =
                    "f32, or bf16: products on tensor cores (matmul=mma), whose operands are rounded to bf16; memory"
                            + " and sums stay f32 [f32].")
    private String type = DType.F32.toString();

    /**
     * Names the variant for the type.
     *
     * @throws UsageException for a type that there is not, a variant that was named beside it, or a build without it
     */
    public void addTo(Values values) {
        if (type.equals(DType.F32.toString())) {
            return;
        }
        if (!type.equals(DType.BF16.toString())) {
            throw new UsageException("--dtype takes f32 or bf16, got '" + type + "'");
        }
        String named = values.kernels().getOrDefault(MatMul.OPERATION, ROUNDING);
        if (!named.equals(ROUNDING)) {
            throw new UsageException("--dtype bf16 is --kernel matmul=" + ROUNDING + ", not matmul=" + named);
        }
        if (Variants.of(MatMul.class).stream()
                .noneMatch(variant -> variant.name().equals(ROUNDING))) {
            throw new UsageException("--dtype bf16 needs matmul=" + ROUNDING
                    + ", which only builds have that found a TornadoVM SDK (TORNADOVM_HOME); see docs/TORNADOVM.md");
        }
        values.setKernel(MatMul.OPERATION + "=" + ROUNDING);
    }
}
