package org.tornadogpt.kernels.device.tornado;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tornadogpt.kernels.device.tornado.GraphPlan.Execution;
import org.tornadogpt.kernels.device.tornado.GraphPlan.GraphSpec;
import org.tornadogpt.kernels.graph.Node;
import org.tornadogpt.kernels.graph.NodeList;
import org.tornadogpt.kernels.kernel.Call;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.WorkGroups;
import org.tornadogpt.kernels.memory.Buffers;
import org.tornadogpt.kernels.memory.Slice;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

class GraphPlanTest {
    private static final int NODES_IN_A_LAYER = 40;
    private static final int NODES_AROUND = 90;
    private static final int WIDTH = 10;

    private final Slice state = Slice.allocate(100_000);
    private final Slice arena = Slice.allocate(100_000);
    private final Slice hyper = Slice.allocate(8);
    private final IntArray tokens = new IntArray(4);
    private final Buffers buffers = new Buffers(
            List.of(state.array()), List.of(arena.array()), List.of(hyper.array()), List.of(tokens), List.of());

    @SuppressWarnings("unused")
    private static void kernel(
            IntArray offsets, FloatArray a, int aSlot, FloatArray b, int bSlot, IntArray t, int size) {}

    private static Node node(String section, int index, Consumer<KernelSink> emit) {
        return new Node(
                "test", "forward", "loop", null, List.of(), List.of(), new Node.Cost(0, 0), section, index, emit);
    }

    private Node call(String section, int index, int offset, int size) {
        return node(section, index, l -> {
            Slice scratch = l.scratch(WIDTH);
            l.loop(Call.of(
                    "kTest",
                    GraphPlanTest::kernel,
                    l.offsets(),
                    scratch.array(),
                    l.slot(scratch),
                    state.array(),
                    l.slot(new Slice(state.array(), offset, WIDTH)),
                    tokens,
                    size));
        });
    }

    /** Nodes around, layers forward, nodes around, layers backward, nodes around. */
    private NodeList model(int layers) {
        List<Node> nodes = new ArrayList<>();
        around(nodes, 1);
        for (int l = 0; l < layers; l++) {
            layer(nodes, "layer.forward", l, 2);
        }
        around(nodes, 3);
        for (int l = layers - 1; l >= 0; l--) {
            layer(nodes, "layer.backward", l, 4);
        }
        around(nodes, 5);
        return new NodeList("gradients", nodes);
    }

    private void layer(List<Node> nodes, String section, int l, int size) {
        for (int i = 0; i < NODES_IN_A_LAYER; i++) {
            nodes.add(call(section, l, 1000 * l + i, size));
        }
    }

    private void around(List<Node> nodes, int size) {
        for (int i = 0; i < NODES_AROUND; i++) {
            nodes.add(call("", 0, 60_000 + i, size));
        }
    }

    private GraphPlan plan(NodeList... recordings) {
        return GraphPlan.of(List.of(recordings), buffers, Splitter.STANDARD, new TornadoKernelSink.Target(256, false));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 6, 12, 24, 48})
    void theNumberOfGraphsAndTasksDoesNotGrowWithTheLayers(int layers) {
        GraphPlan one = plan(model(1));
        GraphPlan many = plan(model(layers));
        assertThat(many.graphs()).hasSameSizeAs(one.graphs());
        assertThat(tasks(many)).isEqualTo(3 * NODES_AROUND + 2 * NODES_IN_A_LAYER);
        long runs = many.programs().get("gradients").stream()
                .mapToLong(e -> e.graph().tasks().size())
                .sum();
        assertThat(runs).isEqualTo(3 * NODES_AROUND + 2L * layers * NODES_IN_A_LAYER);
    }

    @Test
    void programsThatLaunchTheSameHaveTheSameGraphs() {
        List<Node> forward = new ArrayList<>();
        layer(forward, "forward.only", 3, 2);
        forward.add(call("", 0, 70_000, 6));
        GraphPlan plan = plan(model(2), new NodeList("evaluate", forward));
        List<Execution> evaluate = plan.programs().get("evaluate");
        Execution layer = plan.programs().get("gradients").stream()
                .filter(e -> e.nodes().get(0).section().equals("layer.forward"))
                .findFirst()
                .orElseThrow();
        assertThat(plan.graphs()).hasSize(plan(model(2)).graphs().size() + 1);
        assertThat(evaluate).hasSize(2);
        assertThat(evaluate.get(0).graph()).isSameAs(layer.graph());
        assertThat(evaluate.get(0).rows().get(0)[1]).isEqualTo(3000);
        assertThat(evaluate.get(0).nodes()).isEqualTo(forward.subList(0, NODES_IN_A_LAYER));
        assertThat(plan.graphs())
                .doesNotHaveDuplicates()
                .contains(evaluate.get(1).graph());
    }

    @Test
    void aGraphServesOnlyWhereTheSameNodesLaunchItsKernels() {
        List<Node> twice = List.of(sized("", 0, 10, 7), sized("", 0, 20, 7));
        Node both = node("", 0, l -> twice.forEach(n -> n.emit().accept(l)));
        assertThat(plan(new NodeList("p", twice), new NodeList("q", List.of(both)))
                        .graphs())
                .hasSize(2);
        assertThat(plan(new NodeList("p", twice), new NodeList("q", twice)).graphs())
                .hasSize(1);
    }

    private static int tasks(GraphPlan plan) {
        return plan.graphs().stream().mapToInt(g -> g.tasks().size()).sum();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 48})
    void everyGraphFitsTheListOfDescriptors(int layers) {
        for (GraphSpec graph : plan(model(layers)).graphs()) {
            int bytes = graph.tasks().stream()
                    .mapToInt(t -> t.launch().descriptorBytes())
                    .sum();
            assertThat(bytes).isPositive().isLessThanOrEqualTo(Launch.DESCRIPTOR_BYTES);
            assertThat(graph.tasks()).hasSizeLessThanOrEqualTo(256);
            assertThat(graph.tasks()).extracting(GraphPlan.Task::id).doesNotHaveDuplicates();
        }
        assertThat(plan(model(layers)).graphs()).extracting(GraphSpec::name).doesNotHaveDuplicates();
    }

    @Test
    void aDescriptorTakesFifteenBytesAndFiveForEachArgument() {
        assertThat(plan(model(1)).graphs().get(0).tasks().get(0).launch().descriptorBytes())
                .isEqualTo(15 + 5 * 7);
    }

    @Test
    void aThousandTasksAreSplitWithoutLossInOrder() {
        List<Node> nodes = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            nodes.add(call("", 0, i, WIDTH));
        }
        GraphPlan plan = plan(new NodeList("long", nodes));
        assertThat(plan.graphs()).hasSizeGreaterThan(5);
        assertThat(tasks(plan)).isEqualTo(1000);
        assertThat(plan.programs().get("long").stream()
                        .flatMap(e -> e.graph().tasks().stream())
                        .map(GraphPlan.Task::node))
                .containsExactlyElementsOf(
                        java.util.stream.IntStream.range(0, 1000).boxed().toList());
    }

    @Test
    void aSplitterKeepsToBothOfItsLimits() {
        List<GraphPlan.Task> tasks = plan(model(1)).graphs().get(0).tasks();
        assertThat(new Splitter(100_000, 7).split(tasks)).allMatch(part -> part.size() <= 7);
        assertThat(new Splitter(100, 1000).split(tasks)).allMatch(part -> part.size() == 2);
    }

    @Test
    void eachRepetitionHasItsOwnOffsets() {
        GraphPlan plan = plan(model(3));
        List<Execution> backward = plan.programs().get("gradients").stream()
                .filter(e -> e.nodes().get(0).section().equals("layer.backward"))
                .toList();
        assertThat(backward)
                .hasSize(3)
                .extracting(Execution::graph)
                .containsOnly(backward.get(0).graph());
        assertThat(backward).extracting(e -> e.rows().get(0)[1]).containsExactly(2000, 1000, 0);
        int longest = plan.programs().get("gradients").stream()
                .mapToInt(e -> e.rows().get(0).length)
                .max()
                .orElseThrow();
        assertThat(plan.offsets()).hasSize(1);
        assertThat(plan.offsets().get(0).getSize()).isEqualTo(longest);
    }

    /** A node that launches two kernels, each with a table of its own: an offset and a size. */
    private Node sized(String section, int index, int offset, int size) {
        return node(section, index, l -> {
            for (int i = 0; i < 2; i++) {
                l.newTable();
                int first = l.slot(new Slice(state.array(), offset + i, WIDTH));
                int second = l.slot(size);
                l.loop(Call.of(
                        "kSized",
                        GraphPlanTest::kernel,
                        l.offsets(),
                        arena.array(),
                        first,
                        state.array(),
                        second,
                        tokens,
                        l.constantOrSlot(size)));
            }
        });
    }

    @Test
    void kernelsThatDifferInSizesAndPlacesOnlyHaveTheSameArgumentsWhereCodeIsShared() {
        List<Node> nodes =
                List.of(sized("", 0, 10, 7), sized("", 0, 20, 8), sized("layer", 0, 30, 9), sized("layer", 1, 40, 9));
        GraphPlan plan = GraphPlan.of(
                List.of(new NodeList("p", nodes)), buffers, Splitter.STANDARD, new TornadoKernelSink.Target(256, true));
        assertThat(plan.graphs().stream()
                        .flatMap(g -> g.tasks().stream())
                        .map(t -> t.launch().call().arguments())
                        .map(a -> List.of(a.get(2), a.get(4), a.get(6))))
                .hasSize(6)
                .containsOnly(List.<Object>of(0, 1, 0));
        assertThat(plan.offsets()).hasSize(4).doesNotHaveDuplicates();
        assertThat(plan.graphs().get(0).inputs()).hasSize(5).containsAll(plan.offsets());
        assertThat(plan.graphs().get(1).inputs()).hasSize(3);
        assertThat(plan.programs().get("p"))
                .extracting(e -> e.rows().stream().map(r -> List.of(r[0], r[1])).toList())
                .containsExactly(
                        List.of(List.of(10, 7), List.of(11, 7), List.of(20, 8), List.of(21, 8)),
                        List.of(List.of(30, 9), List.of(31, 9)),
                        List.of(List.of(40, 9), List.of(41, 9)));
    }

    @Test
    void sizesAreFrozenIntoOneTableOtherwise() {
        GraphPlan plan = plan(new NodeList("p", List.of(sized("", 0, 10, 7), sized("", 0, 20, 8))));
        assertThat(plan.offsets()).hasSize(1);
        assertThat(plan.graphs().get(0).tasks())
                .extracting(t -> t.launch().call().arguments().get(6))
                .containsExactly(7, 7, 8, 8);
        assertThat(plan.programs().get("p").get(0).rows().get(0)).containsExactly(10, 7, 11, 7, 20, 8, 21, 8);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aKernelThatIsGivenAnEntryOfAnEarlierTableIsRefused(boolean prefersSharedKernels) {
        Node node = node("", 0, l -> {
            int before = l.slot(new Slice(arena.array(), 10, WIDTH));
            l.newTable();
            int after = l.slot(new Slice(state.array(), 20, WIDTH));
            l.loop(Call.of(
                    "kStale",
                    GraphPlanTest::kernel,
                    l.offsets(),
                    arena.array(),
                    before,
                    state.array(),
                    after,
                    tokens,
                    5));
        });
        List<NodeList> recordings = List.of(new NodeList("p", List.of(node)));
        assertThatThrownBy(() -> GraphPlan.of(
                        recordings,
                        buffers,
                        Splitter.STANDARD,
                        new TornadoKernelSink.Target(256, prefersSharedKernels)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("kStale")
                .hasMessageContaining("newTable");
    }

    @Test
    void graphsShareAllFloatArraysAndAreGivenTheInputsTheyRead() {
        GraphPlan plan = plan(model(2));
        assertThat(plan.shared()).hasSize(3).contains(state.array(), arena.array());
        assertThat(plan.shared().get(2).getSize()).as("scratch").isEqualTo(WIDTH);
        assertThat(plan.graphs())
                .allSatisfy(g ->
                        assertThat(g.inputs()).containsExactly(plan.offsets().get(0), tokens));
    }

    @Test
    void aFloatArrayOfNobodyIsRefused() {
        Slice strange = Slice.allocate(5);
        Node node = node(
                "",
                0,
                l -> l.loop(Call.of(
                        "kStrange",
                        GraphPlanTest::kernel,
                        l.offsets(),
                        strange.array(),
                        l.slot(strange),
                        strange.array(),
                        l.slot(strange),
                        tokens,
                        5)));
        assertThatThrownBy(() -> plan(new NodeList("p", List.of(node))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("kStrange");
    }

    @Test
    void repetitionsThatDifferInMoreThanOffsetsAreRefused() {
        NodeList sizes = new NodeList("p", List.of(call("layer", 0, 0, 7), call("layer", 1, 50, 8)));
        assertThatThrownBy(() -> plan(sizes))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("repetition 1 of section layer")
                .hasMessageContaining("argument 6 of kTest: 7 against 8");
        NodeList counts =
                new NodeList("p", List.of(call("layer", 0, 0, 7), call("layer", 0, 50, 7), call("layer", 1, 50, 7)));
        assertThatThrownBy(() -> plan(counts)).hasMessageContaining("2 against 1 kernels");
    }

    @Test
    void anEmptyProgramRunsNothing() {
        assertThat(plan(new NodeList("nothing", List.of())).programs().get("nothing"))
                .isEmpty();
    }

    private static void grouped(KernelContext context, IntArray offsets, FloatArray a, int aSlot) {
        a.set(offsets.get(aSlot), context.localIdx);
    }

    private Node group(String section, int index, int offset, WorkGroups groups) {
        return node(
                section,
                index,
                l -> l.group(
                        Call.of(
                                "kGrouped",
                                GraphPlanTest::grouped,
                                new KernelContext(),
                                l.offsets(),
                                state.array(),
                                l.slot(new Slice(state.array(), offset, WIDTH))),
                        groups));
    }

    private static DeviceInfo device(int maxWorkGroup) {
        return new DeviceInfo(
                "tornado:0:0",
                "card",
                "GPU",
                "PTX",
                "platform",
                1L << 30,
                1L << 30,
                48 << 10,
                maxWorkGroup,
                new Capabilities("yes", "yes", false, "driver"),
                null);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 6, 48})
    void everyKernelForWorkGroupsHasItsGridAndNoOtherHas(int layers) {
        List<Node> nodes = new ArrayList<>();
        around(nodes, 1);
        for (int l = 0; l < layers; l++) {
            layer(nodes, "layer.forward", l, 2);
            nodes.add(group("layer.forward", l, 1000 * l, new WorkGroups(12, 10, 9, 4, 5, 3)));
        }
        around(nodes, 3);
        nodes.add(group("", 0, 500, WorkGroups.of(7, 64)));
        GraphPlan plan = plan(new NodeList("p", nodes));
        GridScheduler scheduler = WorkGrids.of(plan, device(64));
        List<String> expected = new ArrayList<>();
        for (GraphSpec graph : plan.graphs()) {
            for (GraphPlan.Task task : graph.tasks()) {
                if (task.launch().call().kernel().equals("kGrouped")) {
                    expected.add(graph.name() + "." + task.id());
                }
            }
        }
        assertThat(expected).hasSize(2);
        assertThat(scheduler.keySet()).containsExactlyInAnyOrderElementsOf(expected);
        WorkerGrid first = scheduler.get(expected.get(0));
        assertThat(first.getGlobalWork()).containsExactly(12, 10, 9);
        assertThat(first.getLocalWork()).containsExactly(4, 5, 3);
        assertThat(scheduler.get(expected.get(1)).getGlobalWork()).containsExactly(7 * 64, 1, 1);
        assertThat(plan.groupShapes()).isEqualTo(Map.of("kGrouped", Set.of("4x5x3", "64")));
    }

    @Test
    void groupsLargerThanTheDeviceTakesAreRefusedWithTheKernelsName() {
        GraphPlan plan = plan(new NodeList("p", List.of(group("", 0, 0, WorkGroups.of(7, 64)))));
        assertThatThrownBy(() -> WorkGrids.of(plan, device(32)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("kGrouped wants work-groups of 64 items; tornado:0:0 allows 32");
    }

    private static Node library(int first, int second) {
        Consumer<KernelSink> emit = sink -> {
            Slice a = sink.whole(0, first);
            Slice b = sink.whole(1, second);
            sink.library(Call.library("sgemm", List.of(a.array(), b.array()), () -> {}, (graph, task) -> {}));
        };
        return new Node("test", "forward", "library", null, List.of(), List.of(), new Node.Cost(0, 0), "", 0, emit);
    }

    /** They begin where an array does, are as long as the longest use, and stay on the device between graphs. */
    @Test
    void libraryTasksHaveArraysOfTheirOwn() {
        GraphPlan plan = plan(new NodeList("p", List.of(library(10, 30), library(20, 5))));
        assertThat(plan.wholes()).extracting(FloatArray::getSize).containsExactly(20, 30);
        assertThat(plan.shared()).containsAll(plan.wholes());
        for (GraphPlan.Task task : plan.graphs().get(0).tasks()) {
            assertThat(task.launch().call().arguments()).isEqualTo(List.copyOf(plan.wholes()));
            assertThat(task.launch().groups()).isNull();
        }
        assertThat(plan(model(1)).wholes()).isEmpty();
    }

    @Test
    void sizesOfGroupsArePowersOfTwoThatTheDeviceTakes() {
        TornadoKernelSink sink = TornadoKernelSink.measuring(new TornadoKernelSink.Target(192, false));
        assertThat(sink.groupSize(256)).isEqualTo(128);
        assertThat(sink.groupSize(100)).isEqualTo(64);
        assertThat(sink.groupSize(1)).isEqualTo(1);
    }

    @Test
    void workGroupsThatDoNotFillTheGridAreRefused() {
        assertThatThrownBy(() -> new WorkGroups(10, 1, 1, 4, 1, 1)).hasMessageContaining("not multiples");
        assertThatThrownBy(() -> WorkGroups.of(0, 4)).hasMessageContaining("must be positive");
        assertThat(WorkGroups.of(2, 3, 16, 8).times(5).shape()).isEqualTo("16x8");
        assertThat(WorkGroups.of(2, 3, 16, 8).times(5).size()).isEqualTo(128);
    }
}
