package org.tornadogpt.checks.suite;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.tornadogpt.checks.emulator.EmulatedGroupDevice;
import org.tornadogpt.checks.emulator.WorkGroupEmulator.Order;
import org.tornadogpt.kernels.device.jvm.CpuDevice;
import org.tornadogpt.kernels.device.jvm.SequentialDevice;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.kernels.graph.Node;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.Variant;

/**
 * Where a variant's kernels run, and in which order their parts do.
 *
 * @param name for a sentence: "items in reverse"
 * @param difference what it means when results differ from the first place's
 */
record Place(String name, Device device, UnaryOperator<KernelSink> sink, String difference) {
    private static final String ITEMS = "the result depends on the order in which a group's items run:"
            + " a barrier is missing, or two items write one element";
    private static final String THREADS = "the result depends on the number of threads";
    private static final String BLOCKS =
            "the result depends on the order in which blocks run: two blocks write one element or share scratch memory";

    /** On this JVM: every place that runs the style, the first one being what the others are compared with. */
    static List<Place> of(Variant.Style style) {
        return switch (style) {
            case LOOP -> List.of(plain("sequential", new SequentialDevice(), "the result depends on the run"));
            case VECTOR ->
                List.of(
                        plain("1 thread", new CpuDevice(1), THREADS),
                        plain("2 threads", new CpuDevice(2), THREADS),
                        plain("3 threads", new CpuDevice(3), THREADS),
                        new Place("blocks in reverse", new CpuDevice(1), ReversedBlocks::new, BLOCKS));
            case GROUP -> groups();
        };
    }

    /** Emulators that differ in the order of items only. */
    static List<Place> of(List<EmulatedGroupDevice> emulators) {
        return emulators.stream()
                .map(device -> plain(device.description(), device, ITEMS))
                .toList();
    }

    private static List<Place> groups() {
        List<Place> places = new ArrayList<>();
        for (Order order : Order.values()) {
            places.add(plain(name(order), new EmulatedGroupDevice(order, false), ITEMS));
        }
        places.add(plain(
                "items shuffled, code shared",
                new EmulatedGroupDevice(Order.SHUFFLED, true),
                "the result differs where sizes are read from the table"));
        return places;
    }

    private static String name(Order order) {
        return switch (order) {
            case FORWARD -> "items in order";
            case REVERSE -> "items in reverse";
            case SHUFFLED -> "items shuffled";
        };
    }

    /** A device as it is. */
    static Place plain(String name, Device device, String difference) {
        return new Place(name, device, UnaryOperator.identity(), difference);
    }

    /** The nodes as this place runs them. */
    List<Node> nodes(List<Node> nodes) {
        return nodes.stream()
                .map(n -> new Node(
                        n.operation(),
                        n.phase(),
                        n.variant(),
                        n.call(),
                        n.reads(),
                        n.writes(),
                        n.cost(),
                        n.section(),
                        n.index(),
                        s -> n.emit().accept(sink.apply(s))))
                .toList();
    }
}
