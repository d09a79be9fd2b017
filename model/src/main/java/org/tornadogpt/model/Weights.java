package org.tornadogpt.model;

import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.model.layer.ParameterLayout;
import org.tornadogpt.model.layer.Parameters;

/**
 * The parameters of a model on a device. Any number of sessions may share them: one that trains and one that writes samples, or several
 * that decode. The device is the caller's.
 */
public final class Weights {
    private final LanguageModel model;
    private final Device device;
    private final Tensor flat;
    private long version;

    /** Parameters that are all 0. */
    public Weights(LanguageModel model, Device device) {
        this.model = model;
        this.device = device;
        int size = model.parameters().size();
        flat = Tensor.of("parameters", Slice.allocate(size), size);
    }

    public LanguageModel model() {
        return model;
    }

    /** What the parameters are on. */
    public Device device() {
        return device;
    }

    /** All parameters, flat; call {@link #toHost} before reading and {@link #changed} after writing. */
    public Tensor flat() {
        return flat;
    }

    /** The parameters by name; see {@link #flat}. */
    public Parameters parameters() {
        return new Parameters(layout(), flat);
    }

    private ParameterLayout layout() {
        return model.parameters();
    }

    /** Sets the parameters to their values before training. */
    public void initialise(long seed) {
        layout().initialise(flat, seed);
        changed();
    }

    /** Brings the device's values to the host. */
    public void toHost() {
        device.toHost(flat.slice());
    }

    /** Makes what the host wrote known to the device and to the sessions. */
    public void changed() {
        device.toDevice(flat.slice());
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
