package org.tornadogpt.trainer.cli;

import java.util.function.BooleanSupplier;

/**
 * Whether the user has asked to stop. A command asks where it can stop; what it has to say at once, it says as a
 * listener.
 */
@FunctionalInterface
public interface Interruption extends BooleanSupplier {
    /** Told as soon as the user asks, on a thread of its own. */
    interface Listener {
        /** The command is to stop where it can go on later. */
        void first();

        /** The process ends when this returns. */
        void again();
    }

    /** From now on tells {@code listener} instead of an earlier one; does nothing where nobody can ask. */
    default void tell(Listener listener) {
        // nothing to tell
    }
}
