package org.tornadogpt.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.tornadogpt.kernels.cases.OtherMathematics;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.kernel.Variants;
import org.tornadogpt.model.layer.FeedForward;

/** 200 steps of {@code kernel-cpu}'s layout, smaller, with one variant of causal attention or another. */
final class CausalTraining {
    static final int STEPS = 200;
    private static final int BATCH = 4;
    private static final int VOCABULARY = 29;
    private static final int BLOCK = 24;

    private CausalTraining() {}

    /** The variants that a device runs and that compute causal attention proper. */
    static List<String> variants(Device device) {
        return Variants.all().stream()
                .filter(v -> v.operation().equals("attention") && !(v instanceof OtherMathematics))
                .filter(v -> v.obstacle(device.traits()).isEmpty())
                .map(Variant::name)
                .toList();
    }

    /** The loss of each step. */
    static List<Float> losses(Device device, String variant) {
        LanguageModel model = GptConfig.builder(VOCABULARY, BLOCK, 32, 4, 3)
                .activation(FeedForward.Kind.RELU)
                .qkvBias(false)
                .headBias(true)
                .dropout(0.2f)
                .build()
                .model();
        KernelChoices kernels = new KernelChoices(device, Map.of("attention", variant));
        List<Float> losses = new ArrayList<>();
        try (TrainingSession session = new TrainingSession(model, kernels, BATCH, 1)) {
            session.initialise(1);
            SplittableRandom random = new SplittableRandom(2);
            for (int step = 1; step <= STEPS; step++) {
                int[] tokens = random.ints(BATCH * BLOCK, 0, VOCABULARY).toArray();
                losses.add(session.gradients(new int[][] {tokens}, new int[][] {targets(tokens)}, step, 42));
                session.update(new AdamWSettings(1e-3f, 0.9f, 0.95f, 1e-8f, 0.1f, 1f), step);
            }
        }
        return losses;
    }

    /** What only attention can know: a function of the token before. */
    private static int[] targets(int[] tokens) {
        int[] targets = new int[tokens.length];
        for (int i = 0; i < targets.length; i++) {
            int before = i % BLOCK == 0 ? 0 : tokens[i - 1];
            targets[i] = (7 * before + tokens[i]) % 5;
        }
        return targets;
    }
}
