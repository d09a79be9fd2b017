package org.tornadogpt.model.layer;

import org.tornadogpt.kernels.graph.Recorder;
import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.memory.IntTensor;
import org.tornadogpt.kernels.memory.Tensor;

/**
 * What all layers of a program have in common. The stream has N = B*T rows.
 *
 * @param B sequences
 * @param T positions of each
 * @param parameters the model's parameters
 * @param positions the position of each row, where rows continue sequences of different lengths; null where row n is at
 *     n % T
 * @param cache keys and values of earlier positions, to be kept or read; null without generation
 * @param counters see {@link Dropout}; null where nothing is ever dropped
 * @param trains whether a backward pass will follow: if so each update of the stream is a new tensor, else it is in
 *     place and nothing is dropped
 */
public record Context(
        int B,
        int T,
        Parameters parameters,
        IntTensor positions,
        KeyValueCache cache,
        IntTensor counters,
        boolean trains) {
    /** Of a training pass, whose backward pass follows. */
    public static Context training(int B, int T, Parameters parameters, IntTensor counters) {
        return new Context(B, T, parameters, null, null, counters, true);
    }

    /** Of a forward pass over whole sequences with nothing dropped. */
    public static Context evaluation(int B, int T, Parameters parameters, IntTensor counters) {
        return new Context(B, T, parameters, null, null, counters, false);
    }

    /** Of a forward pass over the beginning of one sequence, whose keys and values are kept. */
    public static Context prefill(int T, Parameters parameters, KeyValueCache cache) {
        return new Context(1, T, parameters, null, cache, null, false);
    }

    /** Of a forward pass over one new position of each of {@code rows} sequences. */
    public static Context step(int rows, Parameters parameters, IntTensor positions, KeyValueCache cache) {
        return new Context(rows, 1, parameters, positions, cache, null, false);
    }

    /** Whether rows continue sequences whose earlier positions are in the cache. */
    public boolean continues() {
        return positions != null;
    }

    /** Rows of the stream, N. */
    public int rows() {
        return Math.multiplyExact(B, T);
    }

    /** Dropout of this strength at a place that no other dropout of the model has. */
    Dropout dropout(float probability, int site) {
        if (counters == null || probability == 0) {
            return Dropout.none();
        }
        Dropout dropout = new Dropout(probability, site, counters);
        return trains ? dropout : dropout.off();
    }

    /** Where the stream goes after an update: a tensor of its own in training, else where it is. */
    Tensor next(Recorder recorder, String name, Tensor x) {
        return trains ? recorder.allocate(name, x.rows(), x.columns()) : x;
    }
}
