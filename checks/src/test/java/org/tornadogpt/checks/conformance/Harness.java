package org.tornadogpt.checks.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import org.tornadogpt.checks.emulator.EmulatedGroupDevice;
import org.tornadogpt.checks.emulator.WorkGroupEmulator.Order;
import org.tornadogpt.kernels.device.jvm.CpuDevice;
import org.tornadogpt.kernels.device.jvm.SequentialDevice;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.kernels.graph.Node;
import org.tornadogpt.kernels.graph.NodeList;
import org.tornadogpt.kernels.graph.Program;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.kernel.Variants;
import org.tornadogpt.kernels.memory.Buffers;
import org.tornadogpt.kernels.memory.DType;

/** Crosses variants with shapes, and runs one variant on every device that can run it. */
final class Harness {
    /** Shared by all tests; their threads are daemons. */
    private static final List<Device> DEVICES = devices();

    private Harness() {}

    /**
     * Where a vector width is forced, the suite is there for vector kernels: work-groups are emulated in the ordinary
     * run only.
     */
    private static List<Device> devices() {
        List<Device> devices =
                new ArrayList<>(List.of(new SequentialDevice(), new CpuDevice(1), new CpuDevice(2), new CpuDevice(3)));
        if (System.getProperty("tornadogpt.vector.bits") == null) {
            devices.add(new EmulatedGroupDevice(Order.REVERSE, false));
            devices.add(new EmulatedGroupDevice(Order.SHUFFLED, false));
            // Most kernels differ here only in where they read their sizes: one order is enough, and emulating takes
            // long.
            devices.add(new EmulatedGroupDevice(Order.SHUFFLED, true));
        }
        return List.copyOf(devices);
    }

    /** Every variant of an operation that some device here can run. */
    static <V extends Variant> List<V> variants(Class<V> type) {
        List<V> variants = Variants.of(type).stream()
                .filter(v ->
                        DEVICES.stream().anyMatch(d -> v.obstacle(d.traits()).isEmpty()))
                .toList();
        if (variants.isEmpty()) {
            throw new AssertionError("no variant of " + type.getSimpleName() + " is registered");
        }
        return variants;
    }

    /** Every variant of an operation with every shape. */
    static <V extends Variant, S> Stream<Arguments> cases(Class<V> type, List<S> shapes) {
        return variants(type).stream()
                .flatMap(v -> shapes.stream().map(s -> Arguments.argumentSet(v.name() + " " + s, v, s)));
    }

    /** Every variant of an operation that takes weights of a type, with every shape. */
    static <V extends Variant, S> Stream<Arguments> cases(Class<V> type, List<S> shapes, DType weights) {
        return cases(type, shapes)
                .filter(arguments ->
                        ((Variant) arguments.get()[0]).weightTypes().contains(weights));
    }

    /**
     * Runs the kernels that {@code emit} launches on every device for the variant's style, each time twice on the same
     * input, as scratch memory must not matter; then checks the guard zones. All runs must agree to the last bit, and
     * that is what memory then holds.
     */
    static void run(Variant variant, Memory memory, Consumer<KernelSink> emit) {
        float[][] before = memory.snapshot();
        float[][] first = null;
        for (Device device : DEVICES) {
            if (variant.obstacle(device.traits()).isPresent()) {
                continue;
            }
            Program program = program(device, variant, memory, emit);
            for (int repetition = 0; repetition < 2; repetition++) {
                memory.restore(before);
                program.run();
                if (first == null) {
                    first = memory.snapshot();
                } else {
                    memory.checkSame(variant.name() + " on " + device.description() + ", run " + repetition, first);
                }
            }
        }
        memory.checkGuards();
    }

    private static Program program(Device device, Variant variant, Memory memory, Consumer<KernelSink> emit) {
        Node node = new Node(
                variant.operation(),
                "test",
                variant.name(),
                null,
                List.of(),
                List.of(),
                new Node.Cost(0, 0),
                "",
                0,
                emit);
        Buffers buffers = new Buffers(List.of(memory.arrays()), List.of(), List.of(), List.of(), List.of());
        return device.build(List.of(new NodeList("test", List.of(node))), buffers)
                .get("test");
    }

    /** {@code n} normal numbers, the same for the same seed. */
    static float[] normal(int seed, int n) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    /** {@code n} numbers from 0 to {@code bound}, exclusive. */
    static int[] below(int bound, int seed, int n) {
        return new SplittableRandom(seed).ints(n, 0, bound).toArray();
    }

    static double[] doubles(float... values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }

    static float[] floats(double... values) {
        float[] narrow = new float[values.length];
        for (int i = 0; i < narrow.length; i++) {
            narrow[i] = (float) values[i];
        }
        return narrow;
    }

    static double[] plus(double[] a, double[] b) {
        double[] sum = a.clone();
        for (int i = 0; i < sum.length; i++) {
            sum[i] += b[i];
        }
        return sum;
    }

    /** The values as they are after being stored with a type. */
    static float[] rounded(DType type, float... values) {
        float[] rounded = new float[values.length];
        for (int i = 0; i < rounded.length; i++) {
            rounded[i] = type.rounded(values[i]);
        }
        return rounded;
    }

    /** All pairs of the elements of two lists. */
    static <A, B, R> List<R> pairs(List<A> as, List<B> bs, BiFunction<A, B, R> pair) {
        List<R> all = new ArrayList<>();
        as.forEach(a -> bs.forEach(b -> all.add(pair.apply(a, b))));
        return all;
    }
}
