package org.tornadogpt.distributed.mpi;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A transfer that has begun.
 *
 * @param operation for messages
 * @param handle where the library keeps its handle
 * @param memory what the library reads and writes until the end, held so that it is not released
 */
public record Request(String operation, MemorySegment handle, List<MemorySegment> memory) {
    public Request {
        memory = List.copyOf(memory);
    }
}
