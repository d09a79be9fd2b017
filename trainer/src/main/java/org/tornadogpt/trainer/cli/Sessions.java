package org.tornadogpt.trainer.cli;

import java.util.Locale;
import java.util.function.Supplier;
import org.tornadogpt.kernels.graph.DeviceException;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.model.EvaluationSession;
import org.tornadogpt.model.GradientReducer;
import org.tornadogpt.model.LanguageModel;
import org.tornadogpt.model.MicroSteps;
import org.tornadogpt.model.ScoringSession;
import org.tornadogpt.model.TrainingSession;
import org.tornadogpt.model.Weights;
import org.tornadogpt.model.lora.Adapters;
import org.tornadogpt.model.lora.LoraSettings;
import org.tornadogpt.model.optimizer.Optimizer;
import org.tornadogpt.trainer.settings.TrainSettings;
import org.tornadogpt.trainer.settings.UsageException;

/** Takes the memory that training or measuring needs, or says in one line why that cannot be. */
public final class Sessions {
    private Sessions() {}

    /**
     * A session that takes all micro-steps itself.
     *
     * @param kernels the device, and the variants that compute operations there
     * @param settings of which batch, micro-steps and optimizer count
     * @throws UsageException for sizes that no array can hold
     * @throws DeviceException for what does not fit the device or this machine
     */
    public static TrainingSession training(LanguageModel model, KernelChoices kernels, TrainSettings settings) {
        return training(
                model,
                kernels,
                settings.batches().batch(),
                MicroSteps.all(settings.batches().microSteps()),
                GradientReducer.NONE,
                null,
                settings.updates());
    }

    /**
     * A session of a model that other processes may train, too.
     *
     * @param kernels the device, and the variants that compute operations there
     * @param batch examples in one pass
     * @param reducer adds the gradients of the micro-steps that others compute
     * @param lora adapters to train in place of the parameters; null for these
     * @param optimizer how they are updated
     * @throws UsageException for sizes that no array can hold
     * @throws DeviceException for what does not fit the device or this machine
     */
    public static TrainingSession training(
            LanguageModel model,
            KernelChoices kernels,
            int batch,
            MicroSteps microSteps,
            GradientReducer reducer,
            LoraSettings lora,
            Optimizer optimizer) {
        ModelMemory memory = new ModelMemory(model.parameters().size(), lora != null, optimizer.averages());
        memory.check(ModelMemory.ofMachine());
        return open(memory.toString(), model, batch, () -> {
            Weights weights = new Weights(model, kernels.device());
            Adapters adapters = lora == null ? null : new Adapters(weights, lora);
            return new TrainingSession(weights, kernels, batch, microSteps, reducer, adapters, optimizer);
        });
    }

    /**
     * A session that measures the loss of a model and does not train it.
     *
     * @param kernels the device, and the variants that compute operations there
     * @param batch examples in one pass
     * @throws UsageException for sizes that no array can hold
     * @throws DeviceException for what does not fit the device or this machine
     */
    static EvaluationSession evaluation(Weights weights, KernelChoices kernels, int batch) {
        LanguageModel model = weights.model();
        String parameters = String.format(
                Locale.ROOT, "the model has %,d parameters", model.parameters().size());
        return open(parameters, model, batch, () -> new EvaluationSession(weights, kernels, batch));
    }

    /**
     * A session that tells how likely a model holds every token.
     *
     * @param kernels the device, and the variants that compute operations there
     * @param batch sequences in one pass
     * @throws UsageException for sizes that no array can hold
     * @throws DeviceException for what does not fit the device or this machine
     */
    static ScoringSession scoring(Weights weights, KernelChoices kernels, int batch) {
        LanguageModel model = weights.model();
        String parameters = String.format(
                Locale.ROOT, "the model has %,d parameters", model.parameters().size());
        return open(parameters, model, batch, () -> new ScoringSession(weights, kernels, batch));
    }

    private static <S> S open(String memory, LanguageModel model, int batch, Supplier<S> session) {
        String sizes = memory + ", and batch=" + batch + " of block=" + model.blockSize()
                + " tokens is passed through it at once";
        try {
            return session.get();
        } catch (ArithmeticException e) {
            throw new UsageException(sizes + ": no array can hold that; choose a smaller batch or block", e);
        } catch (IllegalArgumentException e) {
            throw new UsageException(sizes + ": " + e.getMessage(), e);
        } catch (OutOfMemoryError e) {
            throw new DeviceException(
                    sizes + ": out of memory (" + e.getMessage()
                            + "); choose a smaller batch, block or model, or give the"
                            + " JVM more with TGPT_JAVA_OPTS=-Xmx...",
                    e);
        } catch (DeviceException e) {
            throw new DeviceException(sizes + ": " + e.getMessage(), e);
        }
    }
}
