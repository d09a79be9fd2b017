package org.tornadogpt.checks.suite;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.tornadogpt.kernels.cases.CaseTensors;
import org.tornadogpt.kernels.cases.KernelCase;
import org.tornadogpt.kernels.device.jvm.SequentialDevice;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.kernels.graph.Node;
import org.tornadogpt.kernels.graph.OperationCall;
import org.tornadogpt.kernels.graph.Recorder;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.kernel.Variants;
import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.memory.Buffers;
import org.tornadogpt.kernels.memory.DType;
import org.tornadogpt.kernels.memory.IntTensor;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.memory.Tensor;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * A case, recorded for one variant with all its memory in guarded zones, activations in one array and state in another,
 * as a run has them. No two tensors share memory. Operations other than the variant's are computed by their reference
 * loops.
 */
final class GuardedCase implements Recorder, CaseTensors {
    /** A tensor whose values are compared, and what they were before. */
    record Result(Tensor tensor, float[] before, boolean unset) {}

    private final KernelCase kernelCase;
    private final Variant variant;
    private final Inputs inputs;
    private final Zone activations;
    private final Zone state;
    private final List<FloatArray> hostInputs = new ArrayList<>();
    private final List<FloatArray> outputs = new ArrayList<>();
    private final List<IntArray> ints = new ArrayList<>();
    private final List<Node> nodes = new ArrayList<>();
    private final List<Result> results = new ArrayList<>();
    private final List<Tensor> unset = new ArrayList<>();
    private final List<Tensor> floatInputs = new ArrayList<>();
    private final Map<String, Tensor> constants = new HashMap<>();
    private final Map<Tensor, float[]> initial = new HashMap<>();
    /** What both zones held before the first run. */
    private final List<float[]> first;

    private int seed;

    private GuardedCase(KernelCase kernelCase, Variant variant, Inputs inputs, Zone activations, Zone state) {
        this.kernelCase = kernelCase;
        this.variant = variant;
        this.inputs = inputs;
        this.activations = activations;
        this.state = state;
        kernelCase.body().record(this, this);
        first = counts()
                ? List.of()
                : List.of(activations.all().toArray(), state.all().toArray());
    }

    /** Records the case twice: first to learn how much memory it needs. */
    static GuardedCase of(KernelCase kernelCase, Variant variant, Inputs inputs) {
        GuardedCase counting = new GuardedCase(kernelCase, variant, inputs, new Zone(0), new Zone(0));
        return new GuardedCase(
                kernelCase, variant, inputs, new Zone(counting.activations.size()), new Zone(counting.state.size()));
    }

    List<Node> nodes() {
        return nodes;
    }

    List<Result> results() {
        return results;
    }

    /** Tensors that the case fills before it runs, in the order of their names' first use: what may be poisoned. */
    List<Tensor> floatInputs() {
        return floatInputs;
    }

    /** Tensors that the case's operations overwrite as a whole. */
    List<Tensor> unset() {
        return unset;
    }

    Zone activations() {
        return activations;
    }

    Zone state() {
        return state;
    }

    /** Puts both zones back to what they were before the first run. */
    void restore() {
        activations.all().copyFrom(first.get(0));
        state.all().copyFrom(first.get(1));
    }

    Buffers buffers() {
        return new Buffers(
                List.of(activations.all().array(), state.all().array()), List.of(), hostInputs, ints, outputs);
    }

    @Override
    public Tensor allocate(String name, int... shape) {
        return place(activations, name, shape);
    }

    private static Tensor place(Zone zone, String name, int... shape) {
        Tensor unplaced = Tensor.activation(name, shape);
        Slice slice = zone.add(unplaced.size());
        return slice == null ? unplaced : Tensor.of(name, slice, shape);
    }

    private boolean counts() {
        return activations.all() == null;
    }

    private Tensor filled(Tensor tensor, Supplier<float[]> values) {
        if (!counts()) {
            float[] given = values.get();
            tensor.slice().copyFrom(given);
            initial.put(tensor, given);
        }
        return tensor;
    }

    @Override
    public Tensor constant(String name, Supplier<float[]> values, int... shape) {
        return constants.computeIfAbsent(name, n -> filled(place(state, n, shape), values));
    }

    @Override
    public void section(String name, int index, Runnable body) {
        body.run();
    }

    @Override
    public <V extends Variant> V variant(Class<V> type, DType weights) {
        if (type.isInstance(variant)) {
            return type.cast(variant);
        }
        return Variants.of(type).stream()
                .filter(v -> KernelChoices.preferred(v.operation(), SequentialDevice.TRAITS)
                        .filter(p -> p.name().equals(v.name()))
                        .isPresent())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no reference variant of " + type.getSimpleName()));
    }

    @Override
    public void node(
            Variant by,
            String phase,
            OperationCall call,
            List<Tensor> reads,
            List<Tensor> writes,
            long flops,
            Consumer<KernelSink> emit) {
        nodes.add(
                new Node(by.operation(), phase, by.name(), call, reads, writes, new Node.Cost(flops, 0), "", 0, emit));
    }

    @Override
    public Tensor parameter(String name, int... shape) {
        return input(place(state, name, shape));
    }

    private Tensor input(Tensor tensor) {
        int number = ++seed;
        floatInputs.add(tensor);
        return filled(tensor, () -> inputs.values(number, tensor.size()));
    }

    @Override
    public Tensor constant(String name, float value, int... shape) {
        Tensor tensor = place(state, name, shape);
        return filled(tensor, () -> all(tensor.size(), value));
    }

    private static float[] all(int size, float value) {
        float[] values = new float[size];
        Arrays.fill(values, value);
        return values;
    }

    @Override
    public Tensor activation(String name, int... shape) {
        return input(allocate(name, shape));
    }

    @Override
    public Tensor unset(String name, int... shape) {
        Tensor tensor = allocate(name, shape);
        unset.add(tensor);
        return filled(tensor, () -> all(tensor.size(), Zone.GUARD));
    }

    @Override
    public IntTensor below(String name, int bound, int size) {
        return ints(name, new SplittableRandom(++seed).ints(size, 0, bound).toArray());
    }

    @Override
    public IntTensor ints(String name, int... values) {
        IntTensor tensor = new IntTensor(name, new IntArray(values.length));
        tensor.copyFrom(values);
        ints.add(tensor.array());
        return tensor;
    }

    @Override
    public Tensor input(String name, float... values) {
        Slice slice = Slice.allocate(values.length);
        slice.copyFrom(values);
        hostInputs.add(slice.array());
        return Tensor.of(name, slice, values.length);
    }

    @Override
    public Dropout dropout(float probability) {
        if (inputs.isPoisoned()) {
            return Dropout.none(); // a dropped NaN may be selected away or multiplied by 0: the contract leaves it open
        }
        return new Dropout(probability, 7, ints("counters" + ++seed, 0x9ABCDEF0, -77, 1234, 1));
    }

    @Override
    public void result(Tensor activation) {
        resultState(activation);
    }

    @Override
    public void resultState(Tensor tensor) {
        results.add(new Result(tensor, initial.getOrDefault(tensor, new float[0]), unset.contains(tensor)));
    }

    @Override
    public Tensor output(String name) {
        Slice slice = Slice.allocate(1);
        outputs.add(slice.array());
        Tensor tensor = Tensor.of(name, slice, 1);
        results.add(new Result(tensor, new float[1], false));
        return tensor;
    }

    @Override
    public String toString() {
        return kernelCase.name();
    }
}
