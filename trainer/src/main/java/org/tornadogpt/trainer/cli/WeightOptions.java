package org.tornadogpt.trainer.cli;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.kernels.memory.DType;
import org.tornadogpt.model.LanguageModel;
import org.tornadogpt.model.Weights;
import org.tornadogpt.trainer.settings.UsageException;
import picocli.CommandLine.Option;

/** How commands that use a model without training it keep its parameters. */
public final class WeightOptions {
    @Option(
            names = "--dtype",
            paramLabel = "TYPE",
            description = "Keeps the model's matrices as f32, or as bf16, rounded, in half the memory [f32].")
    private String type = DType.F32.toString();

    /**
     * How matrices are kept.
     *
     * @throws UsageException for a type that there is not
     */
    public DType type() {
        return Arrays.stream(DType.values())
                .filter(t -> t.toString().equals(type))
                .findFirst()
                .orElseThrow(() -> new UsageException("--dtype takes "
                        + Arrays.stream(DType.values()).map(DType::toString).collect(Collectors.joining(" or "))
                        + ", got '" + type + "'"));
    }

    /**
     * Parameters to load a model into.
     *
     * @throws UsageException for a type that there is not, or one that the device or a variant which was named does
     * not take
     */
    public Weights open(LanguageModel model, KernelChoices kernels) {
        DType wanted = type();
        try {
            kernels.checkWeights(wanted);
            return new Weights(model, kernels.device(), wanted);
        } catch (IllegalArgumentException e) {
            throw new UsageException("--dtype " + wanted + ": " + e.getMessage(), e);
        }
    }
}
