package org.tornadogpt.model.layer;

import java.util.List;
import org.tornadogpt.kernels.memory.IntTensor;
import org.tornadogpt.kernels.memory.Tensor;

/**
 * Keys and values of the sequences that are continued, for each layer with attention. A sequence has a slot.
 *
 * @param keys for each layer (slots, kvHeads*D, T), transposed
 * @param values for each layer (slots, T, kvHeads*D)
 * @param slots for each row of a step, or for the one sequence of a prefill, the slot
 */
public record KeyValueCache(List<Tensor> keys, List<Tensor> values, IntTensor slots) {
    public KeyValueCache {
        keys = List.copyOf(keys);
        values = List.copyOf(values);
    }
}
