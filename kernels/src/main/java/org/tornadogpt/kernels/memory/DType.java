package org.tornadogpt.kernels.memory;

import java.util.Locale;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.ShortArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/** How a number is stored. Whatever the storage, kernels compute and add up in float32. */
public enum DType {
    /** IEEE 754 binary32, in a {@link FloatArray}. */
    F32(Float.BYTES),

    /**
     * bfloat16: the upper half of a float32, so the same range with 8 bits of precision. In a {@link ShortArray}:
     * TornadoVM's {@code HalfFloatArray} is IEEE 754 binary16, another format.
     */
    BF16(Short.BYTES);

    private static final int HALF = 16;

    private final int bytes;

    DType(int bytes) {
        this.bytes = bytes;
    }

    /** Bytes of one element. */
    public int bytes() {
        return bytes;
    }

    /** A new array of this type; its contents are undefined. */
    TornadoNativeArray array(int length) {
        return switch (this) {
            case F32 -> new FloatArray(length);
            case BF16 -> new ShortArray(length);
        };
    }

    /** The type of an array's elements. */
    public static DType of(TornadoNativeArray array) {
        return switch (array) {
            case FloatArray floats -> F32;
            case ShortArray shorts -> BF16;
            default -> throw new IllegalArgumentException("no type of number is stored in a " + array.getClass());
        };
    }

    /** The bits of the bfloat16 nearest to {@code value}, of two equally near ones the even one; NaN stays NaN. */
    public static short bf16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) ((bits >> HALF) | 0x40); // quiet, so that what is cut off does not leave an infinity
        }
        int even = (bits >> HALF) & 1;
        return (short) ((bits + 0x7fff + even) >> HALF);
    }

    /** The value of a bfloat16's bits, which is exact. */
    public static float float32(short bf16) {
        return Float.intBitsToFloat(bf16 << HALF);
    }

    /** {@code value} as it is after being stored with this type. */
    public float rounded(float value) {
        return this == BF16 ? float32(bf16(value)) : value;
    }

    /** In lower case, as options name it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
