package org.tornadogpt.kernels.graph;

import java.util.List;

/**
 * One call of an operation as data: a record of its arguments. {@code bench} makes the same call again with other
 * memory and another variant.
 */
public interface OperationCall {
    /**
     * Checks the arguments' shapes and hands the chosen variant's nodes to {@code recorder}.
     *
     * @throws IllegalArgumentException for shapes that do not fit; the message names the operation and both shapes
     */
    void record(Recorder recorder);

    /**
     * Of a fused operation, the separate ones that follow its product: what a variant that does not fuse records in its
     * place.
     */
    default List<OperationCall> parts() {
        return List.of();
    }
}
