package org.tornadogpt.bench.scaling;

import java.util.List;
import org.tornadogpt.model.GptConfig;

/**
 * A model of a family that has one size: its channels C. Layers are C / 32, rounded, at least one; heads are at most
 * C / 32, the largest number that divides C into heads of even size. So C = 128 has four of each, as {@code
 * kernel-cpu}.
 *
 * @param channels C
 */
public record ModelSize(int channels) {
    /** Channels for each layer and each head. */
    private static final int ASPECT = 32;

    /** The rate at {@link #BASE} channels, the one that the preset {@code jdk} has. */
    private static final double BASE_RATE = 2e-3;

    private static final double BASE = 128;

    public ModelSize {
        if (channels < 2 || channels % 2 != 0) {
            throw new IllegalArgumentException("a size is an even number of channels, got " + channels);
        }
    }

    public int layers() {
        return Math.max(1, Math.round((float) channels / ASPECT));
    }

    public int heads() {
        int heads = Math.max(1, channels / ASPECT);
        while (channels % heads != 0 || channels / heads % 2 != 0) {
            heads--;
        }
        return heads;
    }

    /** Highest learning rate: in proportion to 1 / sqrt(C), 2e-3 at 128 channels. */
    public double learningRate() {
        return BASE_RATE * Math.sqrt(BASE / channels);
    }

    /** Parameters of a model of this size that is otherwise like another. */
    public long parametersLike(GptConfig other) {
        return GptConfig.builder(other.vocabularySize(), other.blockSize(), channels, heads(), layers())
                .positions(other.positions())
                .norm(other.norm())
                .activation(other.activation())
                .qkvBias(other.qkvBias())
                .projectionBias(other.projectionBias())
                .mlpBias(other.mlpBias())
                .headBias(other.headBias())
                .tiedHead(other.tiedHead())
                .build()
                .model()
                .parameters()
                .size();
    }

    /** What {@code tgpt train --set} is told. */
    List<String> pairs() {
        return List.of(
                "channels=" + channels,
                "layers=" + layers(),
                "heads=" + heads(),
                "learningRate=" + (float) learningRate(),
                "minLearningRate=" + (float) (learningRate() / 10));
    }
}
