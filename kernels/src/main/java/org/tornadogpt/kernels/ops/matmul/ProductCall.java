package org.tornadogpt.kernels.ops.matmul;

import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.memory.Slice;

/**
 * A product and what follows it.
 *
 * @param mode what follows: a sum of {@code ProductTile}'s flags
 * @param bias null without one
 * @param extra the slice that {@code mode} wants beside the result, in its array; null without one
 */
public record ProductCall(
        Product product, int mode, Slice out, Slice a, Slice b, Slice bias, Slice extra, Dropout dropout) {
    static ProductCall plain(Product product, int mode, Slice out, Slice a, Slice b) {
        return new ProductCall(product, mode, out, a, b, null, null, Dropout.none());
    }

    /** Whether the sums are the result: nothing follows. */
    public boolean isPlain() {
        return mode == 0;
    }
}
