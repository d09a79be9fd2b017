package org.tornadogpt.checks.suite;

import java.util.Arrays;
import java.util.BitSet;
import java.util.OptionalInt;
import org.tornadogpt.kernels.memory.Slice;

/**
 * One array, filled from the front with slices at uneven offsets. Between them lie guards of a NaN with its own bits:
 * who reads one gets NaN, who writes one is found out.
 */
final class Zone {
    static final float GUARD = Float.intBitsToFloat(0x7fc0dead);
    private static final int GAP = 19;
    private static final int UNEVEN = 7;

    private final Slice all;
    private final BitSet used = new BitSet();
    private int end = GAP;

    /** @param capacity floats; 0 for a zone that only counts what it is asked for */
    Zone(int capacity) {
        all = capacity == 0 ? null : Slice.allocate(capacity);
        if (all != null) {
            float[] guards = new float[capacity];
            Arrays.fill(guards, GUARD);
            all.copyFrom(guards);
        }
    }

    /** Floats asked for so far, guards included. */
    int size() {
        return end + GAP;
    }

    /** A place for {@code length} floats; null in a zone that only counts. */
    Slice add(int length) {
        int at = end;
        used.set(at, at + length);
        end = Math.addExact(end, Math.addExact(length, GAP + length % UNEVEN));
        return all == null ? null : new Slice(all.array(), at, length);
    }

    Slice all() {
        return all;
    }

    /** An element outside every slice that has been overwritten. */
    OptionalInt damaged() {
        float[] values = all.toArray();
        for (int i = used.nextClearBit(0); i < values.length; i = used.nextClearBit(i + 1)) {
            if (Float.floatToRawIntBits(values[i]) != Float.floatToRawIntBits(GUARD)) {
                return OptionalInt.of(i);
            }
        }
        return OptionalInt.empty();
    }
}
