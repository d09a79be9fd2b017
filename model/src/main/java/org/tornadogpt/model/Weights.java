package org.tornadogpt.model;

import java.util.List;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.kernels.memory.DType;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.model.layer.ParameterLayout;
import org.tornadogpt.model.layer.Parameters;

/**
 * The parameters of a model on a device. Any number of sessions may share them: one that trains and one that writes
 * samples, or several that decode. The device is the caller's.
 *
 * <p>As float32 all lie in one flat array. As another type, which is for inference only, matrices are rounded to it
 * and lie in one array, vectors stay float32 in another.
 */
public final class Weights {
    private static final String NAME = "parameters";

    private final LanguageModel model;
    private final Device device;
    private final DType type;
    private final List<Tensor> arrays;
    private final Parameters parameters;
    private long version;

    /** Float32 parameters that are all 0. */
    public Weights(LanguageModel model, Device device) {
        this(model, device, DType.F32);
    }

    /**
     * Parameters that are all 0.
     *
     * @param type of the matrices
     * @throws IllegalArgumentException if the device does not hold numbers of this type
     */
    public Weights(LanguageModel model, Device device, DType type) {
        if (!device.types().contains(type)) {
            throw new IllegalArgumentException("device " + device.id() + " keeps parameters as f32 only, not as " + type
                    + "; the devices cpu and sequential do");
        }
        this.model = model;
        this.device = device;
        this.type = type;
        ParameterLayout layout = model.parameters();
        if (type == DType.F32) {
            Tensor flat = array(type, layout.size());
            arrays = List.of(flat);
            parameters = new Parameters(layout, flat);
        } else {
            Tensor matrices = array(type, layout.decayed());
            Tensor vectors = array(DType.F32, layout.size() - layout.decayed());
            arrays = Tensor.present(matrices, vectors);
            parameters = new Parameters(layout, matrices, vectors);
        }
    }

    private static Tensor array(DType type, int size) {
        return size == 0 ? null : Tensor.of(NAME, Slice.allocate(type, size), size);
    }

    public LanguageModel model() {
        return model;
    }

    /** What the parameters are on. */
    public Device device() {
        return device;
    }

    /** How matrices are stored. */
    public DType type() {
        return type;
    }

    /** Bytes of all parameters. */
    public long bytes() {
        return arrays.stream().mapToLong(Tensor::bytes).sum();
    }

    /** The arrays that programs which use the parameters must share. */
    List<Tensor> arrays() {
        return arrays;
    }

    /**
     * All parameters, flat; call {@link #toHost} before reading and {@link #changed} after writing.
     *
     * @throws IllegalStateException if matrices are not float32: what trains or saves needs them in full
     */
    public Tensor flat() {
        if (type != DType.F32) {
            throw new IllegalStateException(
                    "the parameters are kept as " + type + ", for inference: training and saving need them as f32");
        }
        return arrays.get(0);
    }

    /** The parameters by name; call {@link #toHost} before reading and {@link #changed} after writing. */
    public Parameters parameters() {
        return parameters;
    }

    /** Sets the parameters to their values before training. */
    public void initialise(long seed) {
        model.parameters().initialise(parameters, seed);
        changed();
    }

    /** Brings the device's values to the host. */
    public void toHost() {
        arrays.forEach(array -> device.toHost(array.slice()));
    }

    /** Makes what the host wrote known to the device and to the sessions. */
    public void changed() {
        arrays.forEach(array -> device.toDevice(array.slice()));
        updated();
    }

    /** Tells sessions that a program of the device has changed the parameters. */
    void updated() {
        version++;
    }

    /** Another number after each change: what was computed from the parameters before is then worth nothing. */
    long version() {
        return version;
    }
}
