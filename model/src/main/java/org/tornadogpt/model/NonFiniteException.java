package org.tornadogpt.model;

import java.io.IOException;

/** A model or optimiser state holds a NaN or an infinity, and so is not saved: what was saved before stays. */
public final class NonFiniteException extends IOException {
    private static final long serialVersionUID = 1L;

    NonFiniteException(String tensor, float value) {
        super("tensor " + tensor + " holds " + value);
    }
}
