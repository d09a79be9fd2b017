package org.tornadogpt.distributed.mpi;

import java.io.Serial;
import org.tornadogpt.trainer.ranks.RanksException;

/** An MPI library that is missing or does not do what it was asked for. The message is one line for the user. */
public final class MpiException extends RanksException {
    @Serial
    private static final long serialVersionUID = 1L;

    public MpiException(String message) {
        super(message);
    }
}
