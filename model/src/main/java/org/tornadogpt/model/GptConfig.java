package org.tornadogpt.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.tornadogpt.model.layer.FeedForward;
import org.tornadogpt.model.layer.Norm;

/**
 * The architecture of a decoder-only transformer with pre-normalisation (Radford et al. 2019).
 *
 * @param vocabularySize number of tokens, V
 * @param blockSize longest context, T
 * @param channels width of the residual stream, C
 * @param heads query heads, H; must divide {@code channels}
 * @param kvHeads key/value heads; must divide {@code heads}, and equals it in ordinary multi-head attention
 * @param layers number of blocks, L
 * @param mlpHidden width of the hidden layer of each block's MLP, usually 4C
 * @param positions how a token's place enters
 * @param ropeTheta base of the angles of rotary positions; without them of no influence
 * @param norm the normalisation before attention, MLP and head
 * @param normEpsilon added to the variance, or mean of squares, by which is divided
 * @param activation the non-linearity of the MLP
 * @param qkvBias whether the projection to queries, keys and values has a bias
 * @param projectionBias whether the projection out of attention has a bias
 * @param mlpBias whether the two layers of the MLP have biases
 * @param headBias whether the output head has a bias
 * @param tiedHead whether the output head's weights are the token embedding (Press and Wolf 2017)
 * @param dropout probability, on attention probabilities and on both residual branches
 */
public record GptConfig(
        int vocabularySize,
        int blockSize,
        int channels,
        int heads,
        int kvHeads,
        int layers,
        int mlpHidden,
        Positions positions,
        float ropeTheta,
        Norm.Kind norm,
        float normEpsilon,
        FeedForward.Kind activation,
        boolean qkvBias,
        boolean projectionBias,
        boolean mlpBias,
        boolean headBias,
        boolean tiedHead,
        float dropout)
        implements ModelConfig {

    /** {@link #ropeTheta} where nothing else is said. */
    static final float ROPE_THETA = 10_000f;

    /** {@link #normEpsilon} where nothing else is said. */
    static final float NORM_EPSILON = 1e-5f;

    /** How a token's place in the context enters the model. */
    public enum Positions {
        /** A learned vector for each place, added to the token's embedding. */
        LEARNED,
        /** Queries and keys are rotated by angles that grow with the place (Su et al. 2021). */
        ROTARY,
        /** Not at all: only the causal mask tells places apart. */
        NONE
    }

    public GptConfig {
        Checks.positive("vocabularySize", vocabularySize);
        Checks.positive("blockSize", blockSize);
        Checks.positive("channels", channels);
        Checks.positive("heads", heads);
        Checks.positive("kvHeads", kvHeads);
        Checks.positive("layers", layers);
        Checks.positive("mlpHidden", mlpHidden);
        if (channels % heads != 0) {
            throw new IllegalArgumentException(
                    "heads must divide channels, got " + heads + " heads and " + channels + " channels");
        }
        if (heads % kvHeads != 0) {
            throw new IllegalArgumentException(
                    "kvHeads must divide heads, got " + kvHeads + " kvHeads and " + heads + " heads");
        }
        if (positions == Positions.ROTARY && channels / heads % 2 != 0) {
            throw new IllegalArgumentException(
                    "rotary positions need an even head size, got " + channels / heads + " (channels / heads)");
        }
        if (!(ropeTheta > 1 && ropeTheta < Float.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("ropeTheta must be above 1 and finite, got " + ropeTheta);
        }
        if (!(normEpsilon > 0 && normEpsilon < 1)) {
            throw new IllegalArgumentException("normEpsilon must be in (0, 1), got " + normEpsilon);
        }
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("dropout must be in [0, 1), got " + dropout);
        }
        if (positions == null || norm == null || activation == null) {
            throw new IllegalArgumentException("positions, norm and activation must be given");
        }
        int D = channels / heads;
        Checks.parameters(parameters(
                vocabularySize,
                blockSize,
                channels,
                (heads + 2.0 * kvHeads) * D,
                layers,
                mlpHidden,
                one(qkvBias),
                one(projectionBias),
                one(mlpBias),
                one(headBias),
                one(!tiedHead)));
    }

    /**
     * How many parameters {@link Gpt} declares; a double, so that sizes may be given that no int can count.
     *
     * @param P width of queries, keys and values together
     * @param M width of the MLP
     * @param qkvBias 1 for a part that the model has, like those after it, else 0
     */
    static double parameters(
            double V,
            double T,
            double C,
            double P,
            double L,
            double M,
            double qkvBias,
            double projectionBias,
            double mlpBias,
            double headBias,
            double ownHead) {
        double norm = 2 * C;
        double attention = P * (C + qkvBias) + C * (C + projectionBias);
        double mlp = M * (C + mlpBias) + C * (M + mlpBias);
        return (V + T) * C + L * (2 * norm + attention + mlp) + norm + V * (C * ownHead + headBias);
    }

    private static double one(boolean present) {
        return present ? 1 : 0;
    }

    /**
     * Sizes given, the rest as in GPT-2: as many key/value heads as heads, MLP 4C wide, GELU (exact), all biases but
     * the head's, untied head, no dropout.
     */
    public static Builder builder(int vocabularySize, int blockSize, int channels, int heads, int layers) {
        return new Builder(vocabularySize, blockSize, channels, heads, layers);
    }

    /** A builder that starts from this configuration. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /** Gives settings that files of earlier versions lack the values that these versions knew only. */
    static void addDefaults(ObjectNode tree) {
        if (!tree.has("ropeTheta")) {
            tree.put("ropeTheta", ROPE_THETA);
        }
        if (!tree.has("normEpsilon")) {
            tree.put("normEpsilon", NORM_EPSILON);
        }
    }

    @Override
    public String kind() {
        return Gpt.KIND;
    }

    @Override
    public GptConfig withVocabulary(int size) {
        return toBuilder().vocabularySize(size).build();
    }

    public GptConfig withBlockSize(int size) {
        return toBuilder().blockSize(size).build();
    }

    public GptConfig withDropout(float probability) {
        return toBuilder().dropout(probability).build();
    }

    @Override
    public Gpt model() {
        return new Gpt(this);
    }

    /** D, the size of one head. */
    public int headSize() {
        return channels / heads;
    }

    /** Width of the packed queries, keys and values: 3C without grouped queries. */
    public int packedWidth() {
        return (heads + 2 * kvHeads) * headSize();
    }

    /** Collects the settings of a {@link GptConfig} by name. */
    public static final class Builder {
        private int vocabularySize;
        private int blockSize;
        private final int channels;
        private final int heads;
        private int kvHeads;
        private final int layers;
        private int mlpHidden;
        private Positions positions = Positions.LEARNED;
        private float ropeTheta = ROPE_THETA;
        private Norm.Kind norm = Norm.Kind.LAYERNORM;
        private float normEpsilon = NORM_EPSILON;
        private FeedForward.Kind activation = FeedForward.Kind.GELU;
        private boolean qkvBias = true;
        private boolean projectionBias = true;
        private boolean mlpBias = true;
        private boolean headBias;
        private boolean tiedHead;
        private float dropout;

        private Builder(int vocabularySize, int blockSize, int channels, int heads, int layers) {
            this.vocabularySize = vocabularySize;
            this.blockSize = blockSize;
            this.channels = channels;
            this.heads = heads;
            this.layers = layers;
            kvHeads = heads;
            mlpHidden = 4 * channels;
        }

        private Builder(GptConfig from) {
            this(from.vocabularySize, from.blockSize, from.channels, from.heads, from.layers);
            kvHeads = from.kvHeads;
            mlpHidden = from.mlpHidden;
            positions = from.positions;
            ropeTheta = from.ropeTheta;
            norm = from.norm;
            normEpsilon = from.normEpsilon;
            activation = from.activation;
            qkvBias = from.qkvBias;
            projectionBias = from.projectionBias;
            mlpBias = from.mlpBias;
            headBias = from.headBias;
            tiedHead = from.tiedHead;
            dropout = from.dropout;
        }

        public Builder vocabularySize(int value) {
            vocabularySize = value;
            return this;
        }

        public Builder blockSize(int value) {
            blockSize = value;
            return this;
        }

        public Builder kvHeads(int value) {
            kvHeads = value;
            return this;
        }

        public Builder mlpHidden(int value) {
            mlpHidden = value;
            return this;
        }

        public Builder positions(Positions value) {
            positions = value;
            return this;
        }

        public Builder norm(Norm.Kind value) {
            norm = value;
            return this;
        }

        public Builder ropeTheta(float value) {
            ropeTheta = value;
            return this;
        }

        public Builder normEpsilon(float value) {
            normEpsilon = value;
            return this;
        }

        public Builder activation(FeedForward.Kind value) {
            activation = value;
            return this;
        }

        public Builder qkvBias(boolean value) {
            qkvBias = value;
            return this;
        }

        public Builder projectionBias(boolean value) {
            projectionBias = value;
            return this;
        }

        public Builder mlpBias(boolean value) {
            mlpBias = value;
            return this;
        }

        public Builder headBias(boolean value) {
            headBias = value;
            return this;
        }

        public Builder tiedHead(boolean value) {
            tiedHead = value;
            return this;
        }

        public Builder dropout(float value) {
            dropout = value;
            return this;
        }

        public GptConfig build() {
            return new GptConfig(
                    vocabularySize,
                    blockSize,
                    channels,
                    heads,
                    kvHeads,
                    layers,
                    mlpHidden,
                    positions,
                    ropeTheta,
                    norm,
                    normEpsilon,
                    activation,
                    qkvBias,
                    projectionBias,
                    mlpBias,
                    headBias,
                    tiedHead,
                    dropout);
        }
    }
}
