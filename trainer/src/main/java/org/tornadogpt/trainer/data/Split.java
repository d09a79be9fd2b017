package org.tornadogpt.trainer.data;

import org.tornadogpt.model.training.Part;
import org.tornadogpt.model.training.Tokens;

/**
 * Training and validation parts, cut by position: the first characters train, the last ones validate.
 *
 * @param training the part that is learnt
 * @param validation the part that is only looked at; the whole text, like {@code training}, if nothing is held out
 */
public record Split(Part training, Part validation) {
    private static final String TRAINING = "training";
    private static final String VALIDATION = "validation";

    /**
     * Cuts a text.
     *
     * @param share of the tokens held out for validation, 0 to train and validate on the same text
     */
    public static Split of(int[] tokens, double share) {
        return of(Tokens.of(tokens), share);
    }

    /** Two sequences. */
    public static Split of(Tokens training, Tokens validation) {
        return new Split(Part.whole(TRAINING, training), Part.whole(VALIDATION, validation));
    }

    /**
     * Cuts a text.
     *
     * @param share of the tokens held out for validation, 0 to train and validate on the same text
     */
    public static Split of(Tokens tokens, double share) {
        if (!(share >= 0 && share < 1)) {
            throw new IllegalArgumentException("the validation share must be in [0, 1), got " + share);
        }
        if (share == 0) {
            return of(tokens, tokens);
        }
        long cut = (long) ((1 - share) * tokens.length());
        return new Split(new Part(TRAINING, tokens, 0, cut), new Part(VALIDATION, tokens, cut, tokens.length()));
    }

    /** Whether validation looks at text that training does not. */
    @SuppressWarnings("ReferenceEquality") // one sequence or two, whatever they hold
    public boolean holdsOut() {
        return training.tokens() != validation.tokens() || training.to() <= validation.from();
    }

    /**
     * Whether a block fits into both parts.
     *
     * @throws DataException if it does not
     */
    public void check(int block) {
        try {
            training.positions(block);
            validation.positions(block);
        } catch (IllegalArgumentException e) {
            throw new DataException(e.getMessage() + " (--set block=N)", e);
        }
    }
}
