package org.tornadogpt.model;

/**
 * A table of next-token logits for each token.
 *
 * @param blockSize length of the training examples; a prediction depends on the last token only
 */
public record BigramConfig(int vocabularySize, int blockSize) implements ModelConfig {
    /** No tensor has this size, so that nothing else bounds what a damaged file can ask for. */
    static final int LONGEST_BLOCK = 1 << 20;

    public BigramConfig {
        Checks.positive("vocabularySize", vocabularySize);
        Checks.positive("blockSize", blockSize);
        if (blockSize > LONGEST_BLOCK) {
            throw new IllegalArgumentException("blockSize must be at most " + LONGEST_BLOCK + ", got " + blockSize);
        }
    }

    @Override
    public String kind() {
        return Bigram.KIND;
    }

    @Override
    public BigramConfig withVocabulary(int size) {
        return new BigramConfig(size, blockSize);
    }

    @Override
    public Bigram model() {
        return new Bigram(this);
    }
}
