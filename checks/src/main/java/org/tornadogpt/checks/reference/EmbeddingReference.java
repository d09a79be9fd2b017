package org.tornadogpt.checks.reference;

import org.tornadogpt.kernels.cases.Doubles;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.kernels.ops.embedding.Embedding;

/** Rows of tables. */
final class EmbeddingReference {
    private EmbeddingReference() {}

    static void forward(Embedding.Forward a, Doubles values) {
        double[] out = rows(a.tokenTable(), values.ints(a.tokens()), values);
        double[] positions = values.get(a.positionTable());
        for (int i = 0; i < out.length; i++) {
            out[i] += positions[i % positions.length];
        }
        values.set(a.out(), out);
    }

    static void gather(Embedding.Gather a, Doubles values) {
        values.set(a.out(), rows(a.table(), values.ints(a.rows()), values));
    }

    private static double[] rows(Tensor table, int[] rows, Doubles values) {
        double[] all = values.get(table);
        int C = table.columns();
        double[] out = new double[rows.length * C];
        for (int i = 0; i < out.length; i++) {
            out[i] = all[rows[i / C] * C + i % C];
        }
        return out;
    }

    static void backward(Embedding.Backward a, Doubles values) {
        scatter(a.dTokenTable(), a.dout(), values.ints(a.tokens()), values);
        double[] dout = values.get(a.dout());
        double[] sums = new double[a.dPositionTable().size()];
        for (int i = 0; i < dout.length; i++) {
            sums[i % sums.length] += dout[i];
        }
        values.add(a.dPositionTable(), sums);
    }

    static void gatherBackward(Embedding.GatherBackward a, Doubles values) {
        scatter(a.dtable(), a.dout(), values.ints(a.rows()), values);
    }

    private static void scatter(Tensor dtable, Tensor rowGradients, int[] rows, Doubles values) {
        double[] dout = values.get(rowGradients);
        int C = dtable.columns();
        double[] sums = new double[dtable.size()];
        for (int i = 0; i < dout.length; i++) {
            sums[rows[i / C] * C + i % C] += dout[i];
        }
        values.add(dtable, sums);
    }
}
