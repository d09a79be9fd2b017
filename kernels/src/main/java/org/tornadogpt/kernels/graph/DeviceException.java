package org.tornadogpt.kernels.graph;

/** A device cannot do what was recorded, or failed while doing it; the message is one line for a person. */
public final class DeviceException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    public DeviceException(String message) {
        super(message);
    }

    public DeviceException(String message, Throwable cause) {
        super(message, cause);
    }
}
