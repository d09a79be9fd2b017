package org.tornadogpt.bench.op;

import java.util.List;
import org.tornadogpt.kernels.graph.Workspace;
import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.kernels.ops.attention.AttentionShape;
import org.tornadogpt.kernels.ops.attention.CausalAttention;

/**
 * Causal attention, forward and backward, of which the last head of the last sequence is checked: all of it, or 64 rows
 * where that takes long.
 */
public final class AttentionOp {
    private static final int FORWARD_PRODUCTS = 2;
    private static final int BACKWARD_PRODUCTS = 5;

    private final Data data;
    private final AttentionShape shape;
    private final Tensor all;
    private final Tensor qkv;
    private final Tensor out;
    private final Tensor dout;
    private final Tensor dqkv;
    private Tensor saved; // set while forward is recorded
    private final boolean[] rows;
    private HeadReference reference;

    /** @param sizes B, H, T, D */
    public AttentionOp(Workspace workspace, int[] sizes) {
        this(workspace, sizes, Data.SEED);
    }

    /** @param seed of the inputs */
    public AttentionOp(Workspace workspace, int[] sizes, long seed) {
        data = new Data(workspace, seed);
        shape = new AttentionShape(sizes[0], sizes[2], sizes[1], sizes[1], sizes[3]);
        rows = FORWARD_PRODUCTS * product() > Data.MANY ? data.sampled(shape.T()) : Data.all(shape.T());
        int packed = shape.rows() * shape.packedWidth();
        int plain = shape.rows() * shape.width();
        int own = Math.addExact(2 * packed, 2 * plain);
        CausalAttention variant = workspace.kernels().get(CausalAttention.class);
        all = workspace.state("all", Math.addExact(own, variant.savedFloats(shape)));
        qkv = all.view("qkv", 0, shape.rows(), shape.packedWidth());
        dqkv = all.view("dqkv", packed, shape.rows(), shape.packedWidth());
        out = all.view("out", 2 * packed, shape.rows(), shape.width());
        dout = all.view("dout", 2 * packed + plain, shape.rows(), shape.width());
        workspace.record(
                "forward", recorder -> saved = CausalAttention.forward(new OneArray(recorder, all, own), forward()));
        workspace.record(
                "backward",
                recorder ->
                        CausalAttention.backward(recorder, new CausalAttention.Backward(forward(), saved, dqkv, dout)));
        workspace.build();
        List.of(qkv, dout).forEach(data::fill);
    }

    private CausalAttention.Forward forward() {
        return new CausalAttention.Forward(out, qkv, shape, Dropout.none());
    }

    /** Only pairs that the causal mask leaves count: two products forward, five backward, as is usual. */
    public List<Phase> phases(Workspace workspace) {
        return List.of(
                new Phase("forward", FORWARD_PRODUCTS * product(), workspace.program("forward"), this::checkForward),
                new Phase(
                        "backward", BACKWARD_PRODUCTS * product(), workspace.program("backward"), this::checkBackward));
    }

    /** Bytes of inputs, results, and what forward keeps for backward. */
    public long bytes() {
        return (long) all.size() * Float.BYTES;
    }

    private double product() {
        return 1.0 * shape.B() * shape.heads() * shape.T() * shape.T() * shape.D();
    }

    private HeadReference reference() {
        if (reference == null) {
            reference = HeadReference.last(shape, qkv.slice(), dout.slice(), rows);
        }
        return reference;
    }

    private void checkForward() {
        check(out, shape.width(), shape.width() - shape.D(), reference().out());
    }

    private void checkBackward() {
        int heads = shape.width();
        check(dqkv, shape.packedWidth(), heads - shape.D(), reference().dq());
        check(dqkv, shape.packedWidth(), 2 * heads - shape.D(), reference().dk());
        check(dqkv, shape.packedWidth(), 3 * heads - shape.D(), reference().dv());
    }

    /** The last sequence's rows, from a column on. */
    private void check(Tensor result, int width, int column, double[][] expected) {
        Slice values = data.fetch(result);
        int first = (shape.B() - 1) * shape.T();
        for (int t = 0; t < shape.T(); t++) {
            for (int d = 0; rows[t] && d < shape.D(); d++) {
                String what = result.name() + "[" + (first + t) + "," + (column + d) + "]";
                Data.compare(what, expected[t][d], values.get((first + t) * width + column + d), 1);
            }
        }
    }
}
