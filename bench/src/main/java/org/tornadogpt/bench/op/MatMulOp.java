package org.tornadogpt.bench.op;

import java.util.List;
import java.util.stream.Stream;
import org.tornadogpt.kernels.graph.Workspace;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.kernels.ops.matmul.MatMul;

/** The three products of a linear layer, each checked at some places, or row by row. */
public final class MatMulOp {
    private static final int CHECKED = 64;

    private final Data data;
    private final int N;
    private final int K;
    private final int O;
    private final Tensor x;
    private final Tensor weight;
    private final Tensor dout;
    private final Tensor out;
    private final Tensor dx;
    private final Tensor dweight;

    /** @param sizes N, K, O */
    public MatMulOp(Workspace workspace, int[] sizes) {
        this(workspace, sizes, Data.SEED);
    }

    /** @param seed of the inputs */
    public MatMulOp(Workspace workspace, int[] sizes, long seed) {
        data = new Data(workspace, seed);
        N = sizes[0];
        K = sizes[1];
        O = sizes[2];
        x = workspace.state("x", N, K);
        weight = workspace.state("weight", O, K);
        dout = workspace.state("dout", N, O);
        out = workspace.state("out", N, O);
        dx = workspace.state("dx", N, K);
        dweight = workspace.state("dweight", O, K);
        workspace.record("forward", new MatMul.Forward(out, x, weight, null)::record);
        workspace.record("backward input", new MatMul.BackwardInput(dx, dout, weight)::record);
        workspace.record("backward weight", new MatMul.BackwardWeight(dweight, null, dout, x)::record);
        workspace.build();
        List.of(x, weight, dout).forEach(data::fill);
    }

    /** Bytes of inputs and results. */
    public long bytes() {
        return Stream.of(x, weight, dout, out, dx, dweight)
                        .mapToLong(Tensor::size)
                        .sum()
                * Float.BYTES;
    }

    /** Phases of which 64 elements are checked. */
    public List<Phase> phases(Workspace workspace) {
        return phases(workspace, this::check);
    }

    /** Phases of which all is checked, or 64 whole rows above 1 GFLOP. */
    public List<Phase> thoroughPhases(Workspace workspace) {
        return phases(workspace, this::checkRows);
    }

    private List<Phase> phases(Workspace workspace, Check check) {
        double flops = 2.0 * N * K * O;
        return List.of(
                new Phase(
                        "forward",
                        flops,
                        workspace.program("forward"),
                        () -> check.of(new Product(out, N, O, K, this::forward))),
                new Phase(
                        "backward input",
                        flops,
                        workspace.program("backward input"),
                        () -> check.of(new Product(dx, N, K, O, this::backwardInput))),
                new Phase(
                        "backward weight",
                        flops,
                        workspace.program("backward weight"),
                        () -> check.of(new Product(dweight, O, K, N, this::backwardWeight))));
    }

    /** A result of {@code rows} by {@code columns} sums of {@code terms} terms. */
    private record Product(Tensor result, int rows, int columns, int terms, Term term) {
        double exact(int row, int column) {
            double sum = 0;
            for (int i = 0; i < terms; i++) {
                sum += term.at(row, column, i);
            }
            return sum;
        }

        void compare(Slice values, int row, int column) {
            String what = result.name() + "[" + row + "," + column + "]";
            Data.compare(what, exact(row, column), values.get(row * columns + column), terms);
        }
    }

    private interface Check {
        void of(Product product);
    }

    /** One term of the sum that makes an element. */
    private interface Term {
        double at(int row, int column, int i);
    }

    private double forward(int n, int o, int k) {
        return (double) x.slice().get(n * K + k) * weight.slice().get(o * K + k);
    }

    private double backwardInput(int n, int k, int o) {
        return (double) dout.slice().get(n * O + o) * weight.slice().get(o * K + k);
    }

    private double backwardWeight(int o, int k, int n) {
        return (double) dout.slice().get(n * O + o) * x.slice().get(n * K + k);
    }

    private void check(Product product) {
        Slice values = data.fetch(product.result);
        for (int trial = 0; trial < CHECKED; trial++) {
            product.compare(values, data.below(product.rows), data.below(product.columns));
        }
    }

    private void checkRows(Product product) {
        boolean[] rows = 2.0 * N * K * O > Data.MANY ? data.sampled(product.rows) : Data.all(product.rows);
        Slice values = data.fetch(product.result);
        for (int row = 0; row < rows.length; row++) {
            for (int column = 0; rows[row] && column < product.columns; column++) {
                product.compare(values, row, column);
            }
        }
    }
}
