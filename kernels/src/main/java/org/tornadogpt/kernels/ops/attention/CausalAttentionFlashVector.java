package org.tornadogpt.kernels.ops.attention;

import static org.tornadogpt.kernels.ops.attention.FlashLayoutVector.KEYS;
import static org.tornadogpt.kernels.ops.attention.FlashLayoutVector.QUERIES;

import org.tornadogpt.kernels.kernel.DeviceTraits;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.kernel.vector.DropoutVector;
import org.tornadogpt.kernels.kernel.vector.VectorSlice;
import org.tornadogpt.kernels.memory.Slice;

/**
 * Flash attention (Dao et al. 2022, algorithms 1 and 4; Dao 2023): blocks of 96 queries against blocks of at most 384
 * keys, online softmax across the key blocks, one log-sum-exp kept for each row and the probabilities recomputed
 * backward. Scratch memory is O(T) for each worker; nothing of size T x T exists. A block of work is all heads of a
 * sequence or one of them, decided by shape alone; heads are summed each by itself, so results do not depend on the
 * number of threads.
 *
 * <p>Scores are kept transposed, (key, query): the softmax over keys then runs down a vector's lanes without any
 * reduction across them.
 */
public final class CausalAttentionFlashVector implements CausalAttention {
    @Override
    public String name() {
        return "flash";
    }

    @Override
    public Style style() {
        return Style.VECTOR;
    }

    @Override
    public String mechanism() {
        return "online softmax over key blocks";
    }

    @Override
    public String description() {
        return "Blocks of 96 queries against blocks of at most 384 keys with an online softmax; one "
                + "log-sum-exp per row is kept and the probabilities are recomputed backward, so memory is "
                + "O(T) (Dao et al. 2022, Dao 2023).";
    }

    @Override
    public int preference(DeviceTraits device) {
        return PREFERRED;
    }

    @Override
    public int savedFloats(AttentionShape s) {
        return s.B() * s.heads() * s.T();
    }

    @Override
    public void forward(KernelSink sink, AttentionShape s, Dropout dropout, Slice out, Slice saved, Slice qkv) {
        FlashForwardVector forward = FlashForwardVector.of(
                s, DropoutVector.of(dropout), VectorSlice.of(out), VectorSlice.of(saved), VectorSlice.of(qkv));
        float[][] scratch = sink.workerScratch(forward.scratchFloats());
        int blocks = forward.rows().blocks();
        sink.blocks("attention.forward", blocks, (block, worker) -> forward.run(block, scratch[worker]));
    }

    @Override
    public void backward(
            KernelSink sink,
            AttentionShape s,
            Dropout dropout,
            Slice dqkv,
            Slice dout,
            Slice out,
            Slice qkv,
            Slice saved) {
        FlashBackwardVector backward = FlashBackwardVector.of(
                s,
                DropoutVector.of(dropout),
                new FlashBackwardVector.Tensors(
                        VectorSlice.of(dqkv),
                        VectorSlice.of(dout),
                        VectorSlice.of(out),
                        VectorSlice.of(qkv),
                        VectorSlice.of(saved)));
        float[][] scratch = sink.workerScratch(backward.scratchFloats());
        int blocks = backward.rows().blocks();
        sink.blocks("attention.backward", blocks, (block, worker) -> backward.run(block, scratch[worker]));
    }

    /** First key block that a query block does not see any more, as a number of keys. */
    static int keysSeen(int T, int queryBlock) {
        return Math.min(T, queryBlock + QUERIES);
    }

    /** End of the key block that begins at {@code from}. */
    static int keyBlockEnd(int from, int keysSeen) {
        return Math.min(from + KEYS, keysSeen);
    }
}
