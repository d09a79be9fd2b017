package org.tornadogpt.kernels.kernel.steal;

import org.tornadogpt.kernels.kernel.BlockTask;

/**
 * Work of few, long blocks, parts of which ({@link StealableLoop}) other workers can take over when there is no block
 * left for them.
 */
public interface StealableTask extends BlockTask {
    /**
     * Does a part of some block that another worker is at, where that is worth it. Called until all blocks are done.
     *
     * @return whether it did one
     */
    boolean help();
}
