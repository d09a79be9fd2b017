package org.tornadogpt.kernels.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.tornadogpt.kernels.memory.Buffers;
import org.tornadogpt.kernels.memory.DType;
import org.tornadogpt.kernels.memory.IntTensor;
import org.tornadogpt.kernels.memory.MemoryPlanner;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.memory.Tensor;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * All memory and all programs of one model on one device. Create the tensors that live as long as the model, record the
 * programs, build once, then run.
 */
public final class Workspace {
    private final KernelChoices kernels;
    private final List<TornadoNativeArray> state = new ArrayList<>();
    private final List<TornadoNativeArray> resident = new ArrayList<>();
    private final List<FloatArray> floatInputs = new ArrayList<>();
    private final List<IntArray> intInputs = new ArrayList<>();
    private final List<FloatArray> outputs = new ArrayList<>();
    private final Map<String, Tensor> constants = new HashMap<>();
    private final List<NodeList> recorded = new ArrayList<>();
    private Map<String, Program> programs;
    private long activationBytes;

    /** @param kernels the device, and the variants that compute operations there */
    public Workspace(KernelChoices kernels) {
        this.kernels = kernels;
    }

    public Device device() {
        return kernels.device();
    }

    public KernelChoices kernels() {
        return kernels;
    }

    /** Memory that stays on the device between runs: parameters, gradients, moments. Zeroed. */
    public Tensor state(String name, int... shape) {
        return persistent(state, name, shape);
    }

    /**
     * Memory that programs share and the host never sees, such as keys and values kept from run to run; its first
     * contents are undefined.
     */
    public Tensor resident(String name, int... shape) {
        return persistent(resident, name, shape);
    }

    /**
     * Makes a tensor that lives elsewhere, such as parameters that several workspaces share, known to this one's
     * programs.
     */
    @SuppressWarnings("ReferenceEquality") // one array or two, whatever they hold
    public void share(Tensor tensor) {
        checkOpen();
        TornadoNativeArray array = tensor.slice().memory();
        if (state.stream().noneMatch(known -> known == array)) {
            state.add(array);
        }
    }

    /** Floats that the host sets before a run. */
    public Tensor input(String name, int... shape) {
        return persistent(floatInputs, name, shape);
    }

    /** Floats that the host reads after a run. */
    public Tensor output(String name, int... shape) {
        return persistent(outputs, name, shape);
    }

    /** Ints that the host sets before a run: tokens, targets, counters. */
    public IntTensor intInput(String name, int size) {
        checkOpen();
        Slice.checkLength(name, size);
        IntArray array = new IntArray(size);
        array.getSegment().fill((byte) 0); // at once: element by element a long array takes seconds
        intInputs.add(array);
        return new IntTensor(name, array);
    }

    private Tensor constant(String name, Supplier<float[]> values, int... shape) {
        return constants.computeIfAbsent(name, n -> {
            Tensor tensor = state(n, shape);
            tensor.slice().copyFrom(values.get());
            return tensor;
        });
    }

    private Tensor persistent(List<? super FloatArray> arrays, String name, int... shape) {
        checkOpen();
        Tensor shaped = Tensor.activation(name, shape);
        Slice slice = Slice.allocate(shaped.size());
        arrays.add(slice.array());
        return Tensor.of(name, slice, shape);
    }

    /** Records the operations that {@code body} calls as a program called {@code name}. */
    public void record(String name, Consumer<Recorder> body) {
        checkOpen();
        NodeRecorder recorder = new NodeRecorder(kernels, this::constant);
        body.accept(recorder);
        recorded.add(recorder.list(name));
    }

    /** Plans the activations' memory and lets the device build the programs. */
    public void build() {
        checkOpen();
        MemoryPlanner planner = new MemoryPlanner(Slice.LONGEST);
        for (NodeList program : recorded) {
            planner.plan(program.nodes().stream().map(Node::tensors).toList());
        }
        activationBytes = planner.bytes();
        long largest = Math.max(planner.largestBytes(), Math.max(largest(state), largest(resident)));
        device().checkFits(bytes(state), activationBytes + bytes(resident), largest);
        checkTypes(state);
        List<TornadoNativeArray> arenas = new ArrayList<>(resident);
        planner.allocate().forEach(arena -> arenas.add(arena.memory()));
        checkTypes(arenas);
        programs = device().build(recorded, new Buffers(state, arenas, floatInputs, intInputs, outputs));
    }

    private void checkTypes(List<TornadoNativeArray> arrays) {
        for (TornadoNativeArray array : arrays) {
            DType type = DType.of(array);
            if (!device().types().contains(type)) {
                throw new IllegalArgumentException(
                        "device " + device().id() + " cannot hold " + type + ", only " + device().types());
            }
        }
    }

    private static long bytes(List<TornadoNativeArray> arrays) {
        return arrays.stream().mapToLong(Workspace::bytes).sum();
    }

    private static long largest(List<TornadoNativeArray> arrays) {
        return arrays.stream().mapToLong(Workspace::bytes).max().orElse(0);
    }

    private static long bytes(TornadoNativeArray array) {
        return (long) array.getSize() * array.getElementSize();
    }

    /** A built program. */
    public Program program(String name) {
        if (programs == null || !programs.containsKey(name)) {
            throw new IllegalArgumentException(
                    "no program '" + name + "'" + (programs == null ? " before build()" : ""));
        }
        return programs.get(name);
    }

    /** What a program was built from. */
    public NodeList nodes(String name) {
        return recorded.stream().filter(r -> r.name().equals(name)).findFirst().orElseThrow();
    }

    /** Bytes that the activations of all programs need together. */
    public long activationBytes() {
        return activationBytes;
    }

    /** Bytes of what stays on the device between runs: parameters, gradients, moments. */
    public long stateBytes() {
        return bytes(state);
    }

    /** Brings a state tensor's values from the device to the host's array. */
    public void toHost(Tensor tensor) {
        device().toHost(tensor.slice());
    }

    /** Makes the host's values of a state tensor known to the device. */
    public void toDevice(Tensor tensor) {
        device().toDevice(tensor.slice());
    }

    private void checkOpen() {
        if (programs != null) {
            throw new IllegalStateException("the workspace is built; nothing can be added");
        }
    }
}
