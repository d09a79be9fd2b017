package org.tornadogpt.checks.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tornadogpt.kernels.ops.attention.AttentionShape;
import org.tornadogpt.kernels.ops.attention.CausalAttention;
import org.tornadogpt.kernels.ops.attention.CausalAttentionFlashGroup;
import org.tornadogpt.kernels.ops.matmul.MatMul;
import org.tornadogpt.kernels.ops.matmul.MatMulGroup;

/** What {@code tools/kernels} generates is what is committed, and its other tiles are right, too. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GeneratedKernelsTest {
    /** One element, less than a tile, more than one tile each way, sums in parts, whole tiles. */
    private static final List<MatMul.Shape> PRODUCTS = List.of(
            new MatMul.Shape(1, 1, 1),
            new MatMul.Shape(13, 17, 19),
            new MatMul.Shape(131, 21, 131),
            new MatMul.Shape(521, 5, 7),
            new MatMul.Shape(512, 128, 128));

    private static final List<AttentionConformanceTest.Case> ATTENTIONS = List.of(
            attention(1, 1, 1, 1, 1, 0f),
            attention(2, 37, 1, 1, 5, 0f),
            attention(1, 131, 2, 1, 7, 0.2f),
            attention(1, 67, 1, 1, 101, 0.1f));

    private KernelGenerator generator;

    private static AttentionConformanceTest.Case attention(int B, int T, int heads, int kvHeads, int D, float dropped) {
        return new AttentionConformanceTest.Case(new AttentionShape(B, T, heads, kvHeads, D), dropped, 1f);
    }

    @BeforeAll
    void compileTheGenerator(@TempDir Path folder) throws IOException, ReflectiveOperationException {
        generator = new KernelGenerator(folder);
    }

    private String committed() throws ReflectiveOperationException {
        return generator.plans().getFirst();
    }

    /** The plans that have other kernels for an operation than what is committed. */
    private Stream<String> plansFor(String operation) throws ReflectiveOperationException {
        List<String> plans = new ArrayList<>();
        for (String plan : generator.plans()) {
            if (!plan.equals(committed()) && !kernels(plan, operation).isEmpty()) {
                plans.add(plan);
            }
        }
        return plans.stream();
    }

    Stream<String> plansForProducts() throws ReflectiveOperationException {
        return plansFor("matmul");
    }

    Stream<String> plansForAttention() throws ReflectiveOperationException {
        return plansFor("attention");
    }

    @Test
    void generatingAgainChangesNothing() throws IOException, ReflectiveOperationException {
        Map<Path, String> files = generator.generate(committed());
        assertThat(files).hasSize(6);
        for (Map.Entry<Path, String> file : files.entrySet()) {
            String there = Files.readString(KernelGenerator.PROJECT.resolve(file.getKey()));
            if (!there.equals(file.getValue())) {
                fail(firstDifference(file.getKey(), there, file.getValue()));
            }
        }
    }

    private static String firstDifference(Path path, String committed, String generated) {
        List<String> there = committed.lines().toList();
        List<String> wanted = generated.lines().toList();
        int line = 0;
        while (line < Math.min(there.size(), wanted.size()) && there.get(line).equals(wanted.get(line))) {
            line++;
        }
        return path + ":" + (line + 1) + " is not what tools/kernels generates: change the generator, then run"
                + " `java tools/kernels/Generate.java`" + System.lineSeparator()
                + "committed: " + (line < there.size() ? there.get(line) : "(ends here)") + System.lineSeparator()
                + "generated: " + (line < wanted.size() ? wanted.get(line) : "(ends here)");
    }

    @ParameterizedTest
    @MethodSource("plansForProducts")
    void tiledProductsOfOtherSizesAreRight(String plan) throws IOException, ReflectiveOperationException {
        MatMul product = product(kernels(plan, "matmul"));
        for (MatMul.Shape shape : PRODUCTS) {
            checkProduct(product, shape);
        }
    }

    @ParameterizedTest
    @MethodSource("plansForAttention")
    void flashAttentionOfOtherSizesIsRight(String plan) throws IOException, ReflectiveOperationException {
        CausalAttention attention = attention(kernels(plan, "attention"));
        for (AttentionConformanceTest.Case shape : ATTENTIONS) {
            AttentionConformanceTest conformance = new AttentionConformanceTest();
            conformance.forward(attention, shape);
            conformance.backward(attention, shape);
        }
    }

    /** It is the generated kernels that run. */
    @Test
    void aWrongKernelIsFound() throws IOException, ReflectiveOperationException {
        Map<Path, String> products = kernels(committed(), "matmul");
        products.replaceAll((path, text) -> text.replace("c12 += a1 * b2;", "c12 += a1 * b1;"));
        MatMul product = product(products);
        assertThatThrownBy(() -> checkProduct(product, new MatMul.Shape(37, 5, 41)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("element");
    }

    private static void checkProduct(MatMul product, MatMul.Shape shape) {
        MatMulConformanceTest conformance = new MatMulConformanceTest();
        conformance.forward(product, shape);
        conformance.backwardInput(product, shape);
        conformance.backwardWeightAccumulates(product, shape);
    }

    /** A plan's kernels for an operation. */
    private Map<Path, String> kernels(String plan, String operation) throws ReflectiveOperationException {
        Map<Path, String> kernels = new LinkedHashMap<>(generator.generate(plan));
        kernels.keySet().removeIf(path -> !path.getParent().endsWith(operation));
        return kernels;
    }

    private MatMul product(Map<Path, String> kernels) throws IOException, ReflectiveOperationException {
        List<String> helpers = List.of("ProductTile", "FusingMatMul", "Product", "ProductCall");
        return generator.variant(MatMul.class, MatMulGroup.class, helpers, kernels);
    }

    private CausalAttention attention(Map<Path, String> kernels) throws IOException, ReflectiveOperationException {
        return generator.variant(
                CausalAttention.class,
                CausalAttentionFlashGroup.class,
                List.of("FlashTile", "CausalAttentionLoop"),
                kernels);
    }
}
