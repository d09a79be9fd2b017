package org.tornadogpt.trainer.eval;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.tornadogpt.model.Tokenizer;
import org.tornadogpt.model.training.Part;

/**
 * What the predicted tokens of a text stand for: all but its first.
 *
 * @param bytes as UTF-8
 */
public record TextSize(long tokens, long characters, long bytes) {
    private static final double LN2 = Math.log(2);

    public static TextSize of(Part part, Tokenizer tokenizer) {
        int[] predicted = Arrays.copyOfRange(part.tokens(), part.from() + 1, part.to());
        long characters = 0;
        for (int token : predicted) {
            characters += tokenizer.characters(token);
        }
        long bytes = tokenizer.decode(predicted).getBytes(StandardCharsets.UTF_8).length;
        return new TextSize(predicted.length, characters, bytes);
    }

    /** Bits that a loss in nats per token is, per character. */
    public double bitsPerCharacter(double loss) {
        return loss / LN2 * tokens / characters;
    }

    /** Bits that a loss in nats per token is, per byte. */
    public double bitsPerByte(double loss) {
        return loss / LN2 * tokens / bytes;
    }
}
