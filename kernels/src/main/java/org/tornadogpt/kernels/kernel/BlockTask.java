package org.tornadogpt.kernels.kernel;

/**
 * Work cut into blocks. Which worker takes which block changes from run to run; results must not depend on it, so
 * blocks are cut by the shape of the problem, never by the number of threads, and write disjoint memory.
 */
@FunctionalInterface
public interface BlockTask {
    /**
     * Does one block.
     *
     * @param block 0 to the number of blocks, exclusive
     * @param worker index of the worker, for per-worker scratch memory
     */
    void run(int block, int worker);
}
