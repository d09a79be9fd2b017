package org.tornadogpt.kernels.memory;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * A named, shaped handle on memory for numbers, row-major. A <em>state</em> tensor has its memory from the start; an
 * <em>activation</em> gets it when the workspace is built, possibly shared with activations that are never alive
 * together.
 */
public final class Tensor {
    /** The memory behind one or more tensors; an activation's is unknown until planned. */
    static final class Storage {
        final DType type;
        final int length;
        private TornadoNativeArray array;
        private int base;

        Storage(DType type, int length) {
            this.type = type;
            this.length = length;
        }

        long bytes() {
            return (long) length * type.bytes();
        }

        void place(TornadoNativeArray newArray, int newBase) {
            array = newArray;
            base = newBase;
        }

        boolean isPlaced() {
            return array != null;
        }
    }

    private final String name;
    private final int[] shape;
    private final Storage storage;
    private final int offset;

    private Tensor(String name, int[] shape, Storage storage, int offset) {
        this.name = name;
        this.shape = shape.clone();
        this.storage = storage;
        this.offset = offset;
    }

    /** A float32 activation: its memory is planned later. */
    public static Tensor activation(String name, int... shape) {
        return activation(DType.F32, name, shape);
    }

    /** An activation: its memory is planned later. */
    public static Tensor activation(DType type, String name, int... shape) {
        return new Tensor(name, shape, new Storage(type, elements(name, shape)), 0);
    }

    /** A tensor over memory that exists. */
    public static Tensor of(String name, Slice slice, int... shape) {
        if (elements(name, shape) != slice.length()) {
            throw new IllegalArgumentException(name + ": shape " + Arrays.toString(shape) + " needs "
                    + elements(name, shape) + " elements, got " + slice.length());
        }
        Storage storage = new Storage(slice.type(), slice.length());
        storage.place(slice.memory(), slice.offset());
        return new Tensor(name, shape, storage, 0);
    }

    private static int elements(String name, int... shape) {
        long size = 1;
        for (int d : shape) {
            if (d <= 0) {
                throw new IllegalArgumentException(
                        name + ": dimensions must be positive, got " + Arrays.toString(shape));
            }
            size = Math.multiplyExact(size, d);
        }
        Slice.checkLength(name + " " + Arrays.toString(shape), size);
        return (int) size;
    }

    /** A part of this tensor, {@code from} elements in, under another name and shape. */
    public Tensor view(String viewName, int from, int... viewShape) {
        int length = elements(viewName, viewShape);
        if (from < 0 || (long) from + length > size()) {
            throw new IllegalArgumentException(
                    viewName + Arrays.toString(viewShape) + " at " + from + " lies outside " + this);
        }
        return new Tensor(viewName, viewShape, storage, offset + from);
    }

    public String name() {
        return name;
    }

    /** How its numbers are stored. */
    public DType type() {
        return storage.type;
    }

    public List<Integer> shape() {
        return Arrays.stream(shape).boxed().toList();
    }

    /** Number of dimensions. */
    public int rank() {
        return shape.length;
    }

    /** Length of dimension {@code i}. */
    public int dim(int i) {
        return shape[i];
    }

    /** Number of elements. */
    public int size() {
        return elements(name, shape);
    }

    /** Bytes of all elements. */
    public long bytes() {
        return (long) size() * type().bytes();
    }

    /** Length of the last dimension. */
    public int columns() {
        return shape[shape.length - 1];
    }

    /** Product of all dimensions but the last. */
    public int rows() {
        return size() / columns();
    }

    Storage storage() {
        return storage;
    }

    /** Where the values are; an error before the workspace is built. */
    public Slice slice() {
        if (!storage.isPlaced()) {
            throw new IllegalStateException(this + " has no memory yet: build the workspace first");
        }
        return new Slice(storage.array, storage.base + offset, size());
    }

    /** Where the values of {@code tensor} are; null for an optional tensor that is not there. */
    public static Slice sliceOrNull(Tensor tensor) {
        return tensor == null ? null : tensor.slice();
    }

    /** Those of {@code tensors} that are there, in order. */
    public static List<Tensor> present(Tensor... tensors) {
        return Arrays.stream(tensors).filter(Objects::nonNull).toList();
    }

    @Override
    public String toString() {
        return name + Arrays.toString(shape);
    }
}
