package org.tornadogpt.model;

/**
 * A table of next-token logits for each token.
 *
 * @param blockSize length of the training examples; a prediction depends on the last token only
 */
public record BigramConfig(int vocabularySize, int blockSize) implements ModelConfig {
    public BigramConfig {
        Checks.positive("vocabularySize", vocabularySize);
        Checks.positive("blockSize", blockSize);
        Checks.parameters((double) vocabularySize * vocabularySize);
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
