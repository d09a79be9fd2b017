package org.tornadogpt.kernels.device.tornado;

import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * Where the current values of each state array are. Every workspace has copies of its own on the device: an array that
 * several workspaces share, such as a model's parameters, moves between their copies by way of the host, when it must
 * and not before.
 */
final class Residency {
    /** A workspace's copies on the device. */
    interface Copies {
        boolean holds(FloatArray array);

        /** Overwrites the host's array by the device's. */
        void toHost(FloatArray array);

        /** Notes that the device's copy of the array is out of date. */
        void outdate(FloatArray array);
    }

    private final List<Copies> all = new ArrayList<>();
    /** Whose copy is newer than the host's; absent where the host's array is current. */
    private final IdentityHashMap<FloatArray, Copies> newest = new IdentityHashMap<>();

    void add(Copies copies) {
        all.add(copies);
    }

    /** Makes the host's array current. */
    void toHost(FloatArray array) {
        Copies copies = newest.remove(array);
        if (copies != null) {
            copies.toHost(array);
        }
    }

    /** Notes that the host's array has new values. */
    void hostWrote(FloatArray array) {
        newest.remove(array);
        all.stream().filter(copies -> copies.holds(array)).forEach(copies -> copies.outdate(array));
    }

    /**
     * Before a program of {@code reader} runs: what another workspace has newer comes to the host, from where it can be
     * sent.
     */
    void beforeRun(Copies reader, Collection<FloatArray> arrays) {
        for (FloatArray array : arrays) {
            Copies copies = newest.get(array);
            if (copies != null && !copies.equals(reader)) {
                toHost(array);
            }
        }
    }

    /** After a program of {@code writer} has run, which wrote these arrays. */
    void afterRun(Copies writer, Collection<FloatArray> written) {
        for (FloatArray array : written) {
            newest.put(array, writer);
            all.stream()
                    .filter(copies -> !copies.equals(writer) && copies.holds(array))
                    .forEach(copies -> copies.outdate(array));
        }
    }

    /** Forgets all copies; what they have newer is lost. */
    void clear() {
        all.clear();
        newest.clear();
    }
}
