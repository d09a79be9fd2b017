package org.tornadogpt.checks.conformance;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.BitSet;
import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.memory.DType;
import org.tornadogpt.kernels.memory.IntSlice;
import org.tornadogpt.kernels.memory.IntTensor;
import org.tornadogpt.kernels.memory.Slice;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Memory as a run has it: slices at uneven offsets of two large arrays, one for activations and one for parameters and
 * gradients. Between the slices lie guard zones of a NaN with its own bits: who reads one gets NaN, who writes one is
 * found out.
 */
final class Memory {
    private static final float GUARD = Float.intBitsToFloat(0x7fc0dead);
    private static final int FIRST_GAP = 19;

    /** One array, filled from the front. */
    private static final class Zone {
        final Slice all;
        final BitSet used = new BitSet();
        int end = FIRST_GAP;

        Zone(int capacity) {
            all = Slice.allocate(capacity);
            float[] guards = new float[capacity];
            Arrays.fill(guards, GUARD);
            all.copyFrom(guards);
        }

        Slice add(float[] values) {
            Slice slice = new Slice(all.array(), end, values.length);
            slice.copyFrom(values);
            used.set(end, end + values.length);
            end += values.length + FIRST_GAP + values.length % 7;
            return slice;
        }

        void checkGuards(String name) {
            int[] bits = all.segment().asSlice(0, all.byteAt(all.length())).toArray(ValueLayout.JAVA_INT_UNALIGNED);
            for (int i = used.nextClearBit(0); i < bits.length; i = used.nextClearBit(i + 1)) {
                if (bits[i] != Float.floatToRawIntBits(GUARD)) {
                    throw new AssertionError(
                            "element " + i + " of the " + name + " array, outside every slice, was overwritten");
                }
            }
        }
    }

    private final Zone activations;
    private final Zone state;

    /** Two arrays of {@code capacity} floats. */
    Memory(int capacity) {
        activations = new Zone(capacity);
        state = new Zone(capacity);
    }

    Memory() {
        this(1 << 19);
    }

    Slice activation(float... values) {
        return activations.add(values);
    }

    /** An activation that must be overwritten as a whole: NaN until then. */
    Slice unset(int length) {
        float[] values = new float[length];
        Arrays.fill(values, Float.NaN);
        return activations.add(values);
    }

    Slice state(float... values) {
        return state.add(values);
    }

    /** Weights of a type, which kernels only read, between guards of NaN. */
    static Slice weights(DType type, float... values) {
        Slice all = Slice.allocate(type, FIRST_GAP + values.length + FIRST_GAP);
        float[] guarded = new float[all.length()];
        Arrays.fill(guarded, GUARD);
        System.arraycopy(values, 0, guarded, FIRST_GAP, values.length);
        all.copyFrom(guarded);
        return new Slice(all.memory(), FIRST_GAP, values.length);
    }

    static IntSlice ints(int... values) {
        int before = 5;
        IntArray array = new IntArray(before + values.length + 3);
        array.init(-1_000_000);
        for (int i = 0; i < values.length; i++) {
            array.set(before + i, values[i]);
        }
        return new IntSlice(array, before, values.length);
    }

    /** A dropout whose counters are all of different sizes. */
    static Dropout dropout(float probability, int site) {
        IntTensor counters = new IntTensor("counters", new IntArray(Dropout.COUNTERS));
        counters.copyFrom(new int[] {0x9ABCDEF0, -77, 1234, 3});
        return new Dropout(probability, site, counters);
    }

    FloatArray[] arrays() {
        return new FloatArray[] {activations.all.array(), state.all.array()};
    }

    float[][] snapshot() {
        return new float[][] {activations.all.toArray(), state.all.toArray()};
    }

    void restore(float[][] snapshot) {
        activations.all.copyFrom(snapshot[0]);
        state.all.copyFrom(snapshot[1]);
    }

    /** Fails unless both arrays hold exactly these bits. */
    void checkSame(String what, float[][] expected) {
        float[][] actual = snapshot();
        for (int a = 0; a < actual.length; a++) {
            long at = MemorySegment.ofArray(actual[a]).mismatch(MemorySegment.ofArray(expected[a]));
            if (at >= 0) {
                int i = (int) (at / Float.BYTES);
                throw new AssertionError(
                        what + ": element " + i + " of array " + a + " is " + actual[a][i] + ", was " + expected[a][i]);
            }
        }
    }

    void checkGuards() {
        activations.checkGuards("activations");
        state.checkGuards("state");
    }
}
