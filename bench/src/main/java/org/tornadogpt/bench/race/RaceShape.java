package org.tornadogpt.bench.race;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.tornadogpt.bench.op.Sizes;
import org.tornadogpt.model.GptConfig;
import org.tornadogpt.trainer.settings.TrainSettings;
import org.tornadogpt.trainer.settings.TrainingPreset;
import org.tornadogpt.trainer.settings.UsageException;

/**
 * One size to race at.
 *
 * @param sizes of attention B, H, T, D; of matmul N, K, O
 */
public record RaceShape(String operation, List<Integer> sizes) {
    private static final String ATTENTION = "attention";
    private static final String MATMUL = "matmul";
    private static final String PRESET = "preset:";

    /** What attention is raced at where nothing is said: time grows, all else stays. */
    private static final int[][] USUAL_ATTENTION = {{4, 4, 64, 32}, {4, 4, 128, 32}, {4, 4, 256, 32}, {4, 4, 512, 32}};

    private static final int[][] USUAL_MATMUL = {{64, 64, 64}, {128, 128, 128}, {256, 256, 256}, {512, 512, 512}};

    /** The operations that can be raced. */
    public static List<String> operations() {
        return List.of(ATTENTION, MATMUL);
    }

    /**
     * @param text {@code preset:NAME}, a list of sizes such as {@code 4x4x64x32,4x4x128x32}, or null for the usual ones
     */
    static List<RaceShape> parse(String operation, String text) {
        if (!operations().contains(operation)) {
            throw new UsageException("no race of " + operation + "; there are " + String.join(", ", operations()));
        }
        boolean attention = operation.equals(ATTENTION);
        if (text == null) {
            return Arrays.stream(attention ? USUAL_ATTENTION : USUAL_MATMUL)
                    .map(s -> of(operation, s))
                    .toList();
        }
        if (text.startsWith(PRESET)) {
            return List.of(ofPreset(operation, text.substring(PRESET.length())));
        }
        return Arrays.stream(text.split(",", -1))
                .map(s -> of(operation, Sizes.parse(s, attention ? "BxHxTxD" : "NxKxO")))
                .toList();
    }

    private static RaceShape of(String operation, int... sizes) {
        return new RaceShape(operation, IntStream.of(sizes).boxed().toList());
    }

    private static RaceShape ofPreset(String operation, String preset) {
        TrainSettings settings = TrainSettings.of(TrainingPreset.find(preset).values());
        if (!(settings.model() instanceof GptConfig gpt)) {
            throw new UsageException("preset " + preset + " has no " + operation);
        }
        int B = settings.batches().batch();
        int T = settings.batches().block();
        return operation.equals(ATTENTION)
                ? of(operation, B, gpt.heads(), T, gpt.headSize())
                : of(operation, B * T, gpt.channels(), gpt.packedWidth());
    }

    int[] array() {
        return sizes.stream().mapToInt(Integer::intValue).toArray();
    }

    /** What the picture has on its axis: T of attention, the first size of matmul. */
    int size() {
        return sizes.get(operation.equals(ATTENTION) ? 2 : 0);
    }

    @Override
    public String toString() {
        return sizes.stream().map(String::valueOf).collect(Collectors.joining("x"));
    }
}
