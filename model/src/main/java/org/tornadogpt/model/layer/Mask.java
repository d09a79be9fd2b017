package org.tornadogpt.model.layer;

/**
 * Which positions a position attends to. A kind that is added here must be dealt with wherever the compiler says so.
 */
public sealed interface Mask {
    /** Itself and all before. */
    record Causal() implements Mask {}
}
