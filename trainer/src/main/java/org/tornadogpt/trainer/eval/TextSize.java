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
        int[] charactersOf = new int[tokenizer.vocabularySize()];
        Arrays.setAll(charactersOf, tokenizer::characters);
        Tokenizer.Decoder decoder = tokenizer.decoder();
        long[] sums = new long[2];
        part.tokens().visit(part.from() + 1, part.to(), (tokens, count) -> {
            for (int i = 0; i < count; i++) {
                sums[0] += charactersOf[tokens[i]];
                sums[1] += bytes(decoder.next(tokens[i]));
            }
        });
        return new TextSize(part.length() - 1, sums[0], sums[1] + bytes(decoder.end()));
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
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
