package org.tornadogpt.checks.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.tornadogpt.kernels.cases.KernelCase;
import org.tornadogpt.kernels.cases.KernelCases;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.kernel.Variants;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.ops.matmul.MatMul;

/** The harness must find what it is there to find. */
class HarnessTest {
    private static final Variant FAULTY = new Variant() {
        @Override
        public String operation() {
            return "none";
        }

        @Override
        public String name() {
            return "faulty";
        }

        @Override
        public Style style() {
            return Style.VECTOR;
        }

        @Override
        public String mechanism() {
            return "a fault";
        }

        @Override
        public String description() {
            return "Does what each test has it do.";
        }
    };

    @Test
    void everyOperationBringsCasesAlong() {
        assertThat(Variants.operations()).hasSizeGreaterThanOrEqualTo(9);
        assertThat(KernelCases.grid().stream().map(KernelCase::operation).distinct())
                .containsExactlyElementsOf(Variants.operations());
    }

    @Test
    void emulatesWorkGroups() {
        assertThat(Harness.variants(MatMul.class))
                .extracting(Variant::style)
                .contains(Variant.Style.LOOP, Variant.Style.VECTOR, Variant.Style.GROUP);
    }

    @Test
    void findsAWriteBesideASlice() {
        Memory memory = new Memory(100);
        Slice x = memory.activation(1, 2, 3);
        assertThatThrownBy(() -> Harness.run(
                        FAULTY,
                        memory,
                        l -> l.blocks("k", 1, (b, w) -> x.array().set(x.offset() + 3, 7f))))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("outside every slice");
    }

    @Test
    void findsAResultThatDependsOnTheRun() {
        Memory memory = new Memory(100);
        Slice x = memory.activation(1, 2, 3);
        AtomicInteger runs = new AtomicInteger();
        assertThatThrownBy(() ->
                        Harness.run(FAULTY, memory, l -> l.blocks("k", 1, (b, w) -> x.set(1, runs.incrementAndGet()))))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("faulty on ");
    }

    @Test
    void findsAResultThatDependsOnTheNumberOfThreads() {
        Memory memory = new Memory(100);
        Slice x = memory.activation(1, 2, 3);
        assertThatThrownBy(() -> Harness.run(FAULTY, memory, l -> {
                    int threads = l.workerScratch(1).length;
                    l.blocks("k", 1, (b, w) -> x.set(1, threads));
                }))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("faulty on 2 threads");
    }

    @Test
    void findsRelianceOnCleanScratchMemory() {
        Memory memory = new Memory(100);
        Slice x = memory.activation(1, 2, 3);
        assertThatThrownBy(() -> Harness.run(FAULTY, memory, l -> {
                    Slice scratch = l.scratch(1);
                    l.blocks("k", 1, (b, w) -> {
                        scratch.set(0, scratch.get(0) + 1);
                        x.set(0, scratch.get(0));
                    });
                }))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("run 1");
    }
}
