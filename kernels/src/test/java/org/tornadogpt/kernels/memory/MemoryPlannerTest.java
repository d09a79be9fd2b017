package org.tornadogpt.kernels.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class MemoryPlannerTest {
    private static final int NODES = 20;
    private static final int ALIGNMENT = 16;

    /** An activation used by all nodes from {@code first} to {@code last}. */
    record Use(int length, int first, int last) {
        boolean overlapsInTime(Use other) {
            return first <= other.last && other.first <= last;
        }
    }

    @Provide
    Arbitrary<List<Use>> uses() {
        Arbitrary<Integer> node = Arbitraries.integers().between(0, NODES - 1);
        return Combinators.combine(Arbitraries.integers().between(1, 500), node, node)
                .as((length, a, b) -> new Use(length, Math.min(a, b), Math.max(a, b)))
                .list()
                .ofMinSize(1)
                .ofMaxSize(40);
    }

    private static List<Tensor> tensors(List<Use> uses) {
        return IntStream.range(0, uses.size())
                .mapToObj(i -> Tensor.activation("t" + i, uses.get(i).length()))
                .toList();
    }

    /** What each step uses: tensors in use between their first and last step need not be named. */
    private static List<List<Tensor>> steps(List<Use> uses, List<Tensor> tensors) {
        List<List<Tensor>> steps = new ArrayList<>();
        for (int n = 0; n < NODES; n++) {
            List<Tensor> used = new ArrayList<>();
            for (int i = 0; i < uses.size(); i++) {
                if (uses.get(i).first() == n || uses.get(i).last() == n) {
                    used.add(tensors.get(i));
                }
            }
            steps.add(used);
        }
        return steps;
    }

    private static boolean overlap(Slice a, Slice b) {
        return a.array() == b.array() && a.offset() < b.offset() + b.length() && b.offset() < a.offset() + a.length();
    }

    private static void checkNoOverlap(List<Use> uses, List<Tensor> tensors) {
        for (int i = 0; i < uses.size(); i++) {
            for (int j = 0; j < i; j++) {
                if (uses.get(i).overlapsInTime(uses.get(j))) {
                    assertThat(overlap(tensors.get(i).slice(), tensors.get(j).slice()))
                            .as("%s and %s", uses.get(i), uses.get(j))
                            .isFalse();
                }
            }
        }
    }

    @Property
    void activationsAliveTogetherNeverOverlap(
            @ForAll("uses") List<Use> uses, @ForAll @IntRange(min = 500, max = 2000) int arenaLimit) {
        List<Tensor> tensors = tensors(uses);
        MemoryPlanner planner = new MemoryPlanner(arenaLimit);
        planner.plan(steps(uses, tensors));
        List<Slice> arenas = planner.allocate();
        checkNoOverlap(uses, tensors);
        assertThat(arenas).allSatisfy(arena -> assertThat(arena.length()).isLessThanOrEqualTo(arenaLimit));
    }

    @Property
    void needsAtMostTheSumAndAtLeastThePeak(@ForAll("uses") List<Use> uses) {
        MemoryPlanner planner = new MemoryPlanner(1_000_000);
        planner.plan(steps(uses, tensors(uses)));
        long sum = uses.stream()
                .mapToLong(u -> Math.ceilDiv(u.length(), ALIGNMENT) * (long) ALIGNMENT)
                .sum();
        long peak = IntStream.range(0, NODES)
                .mapToLong(n -> uses.stream()
                        .filter(u -> u.first() <= n && n <= u.last())
                        .mapToLong(Use::length)
                        .sum())
                .max()
                .orElseThrow();
        assertThat(planner.bytes()).isBetween(peak * Float.BYTES, sum * Float.BYTES);
    }

    @Property(tries = 100)
    void severalRecordingsShareTheArenas(@ForAll("uses") List<Use> first, @ForAll("uses") List<Use> second) {
        List<Tensor> firstTensors = tensors(first);
        List<Tensor> secondTensors = tensors(second);
        MemoryPlanner planner = new MemoryPlanner(1_000_000);
        planner.plan(steps(first, firstTensors));
        long sizeOfFirst = planner.bytes();
        MemoryPlanner alone = new MemoryPlanner(1_000_000);
        alone.plan(steps(second, tensors(second)));
        planner.plan(steps(second, secondTensors));
        assertThat(planner.bytes()).isEqualTo(Math.max(sizeOfFirst, alone.bytes()));
        planner.allocate();
        checkNoOverlap(first, firstTensors);
        checkNoOverlap(second, secondTensors);
    }

    @Example
    void viewsLiveInTheirTensorsMemory() {
        Tensor whole = Tensor.activation("whole", 4, 8);
        Tensor part = whole.view("part", 8, 2, 8);
        MemoryPlanner planner = new MemoryPlanner(100);
        planner.plan(List.of(List.of(part)));
        planner.allocate();
        assertThat(part.slice().offset()).isEqualTo(whole.slice().offset() + 8);
        assertThat(planner.bytes()).isEqualTo(32 * Float.BYTES);
    }

    @Example
    void typesHaveArenasOfTheirOwnAndBytesAreCounted() {
        Tensor floats = Tensor.activation("floats", 20);
        Tensor halves = Tensor.activation(DType.BF16, "halves", 20);
        Tensor moreHalves = Tensor.activation(DType.BF16, "moreHalves", 3);
        MemoryPlanner planner = new MemoryPlanner(100);
        planner.plan(List.of(List.of(floats, halves, moreHalves)));
        assertThat(planner.bytes()).isEqualTo(20 * 4 + (32 + 3) * 2);
        assertThat(planner.largestBytes()).isEqualTo(20 * 4);
        planner.allocate();
        assertThat(floats.slice().type()).isEqualTo(DType.F32);
        assertThat(halves.slice().type()).isEqualTo(DType.BF16);
        assertThat(moreHalves.slice().offset() * DType.BF16.bytes() % 64).isZero();
        assertThat(halves.bytes()).isEqualTo(40);
    }

    @Example
    void anActivationLargerThanAnArenaIsRefused() {
        List<Use> uses = List.of(new Use(101, 0, 1));
        assertThatThrownBy(() -> new MemoryPlanner(100).plan(steps(uses, tensors(uses))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("101")
                .hasMessageContaining("100");
    }
}
