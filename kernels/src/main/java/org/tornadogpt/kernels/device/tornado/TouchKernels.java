package org.tornadogpt.kernels.device.tornado;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** Reads and writes an array without changing it: TornadoVM uploads what a task reads, and keeps what it writes. */
final class TouchKernels {
    private TouchKernels() {}

    /** {@code a[0] = a[0]}. */
    public static void kTouch(FloatArray a) {
        for (@Parallel int i = 0; i < 1; i++) {
            a.set(i, a.get(i));
        }
    }

    /** {@link #kTouch} of four arrays, which must be different ones. */
    public static void kTouchFour(FloatArray a, FloatArray b, FloatArray c, FloatArray d) {
        for (@Parallel int i = 0; i < 1; i++) {
            a.set(i, a.get(i));
            b.set(i, b.get(i));
            c.set(i, c.get(i));
            d.set(i, d.get(i));
        }
    }
}
