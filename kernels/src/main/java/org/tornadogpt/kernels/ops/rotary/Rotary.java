package org.tornadogpt.kernels.ops.rotary;

import java.util.List;
import org.tornadogpt.kernels.graph.OperationCall;
import org.tornadogpt.kernels.graph.Recorder;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.memory.IntSlice;
import org.tornadogpt.kernels.memory.IntTensor;
import org.tornadogpt.kernels.memory.Shapes;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.kernels.ops.attention.AttentionShape;

/**
 * Rotary position embedding (Su et al. 2021, section 3.2.2) of the query and key heads in packed rows, see {@link
 * AttentionShape}; in place, values stay as they are. As in Llama, component i of a head is paired with component i +
 * D/2, not with its neighbour. For each row n, query or key head, and i below D/2:
 *
 * <pre>
 *   angle    = p[n] theta^(-2i/D)          p[n] = positions[n], or n % T without positions
 *   (a, b)   = (x[i], x[i + D/2])
 *   x[i]       = a cos(angle) - b sin(angle)
 *   x[i + D/2] = b cos(angle) + a sin(angle)
 * </pre>
 *
 * A rotation's gradient is the inverse rotation of what comes in: the same with the sine's sign turned, on the rows of
 * dqkv. About 3 N (heads + kvHeads) D operations. Cosines and sines are a constant of the workspace: a table that is
 * computed in double precision.
 */
public interface Rotary extends Variant {
    String OPERATION = "rotary";

    /**
     * Arguments of {@link #forward(Recorder, Forward)}.
     *
     * @param qkv (N, packed width), rotated in place
     * @param shape heads and their size, which must be even. Without positions the rows are its B sequences of T; with
     *     positions they may be any rows, one for each position, and B and T say nothing
     * @param positions N positions, all of them from 0 to below {@code maxPositions}; or null
     * @param maxPositions how many positions the table has; T may not exceed it
     * @param theta the base of the angles, 10,000 in the paper and in Llama 2
     */
    record Forward(Tensor qkv, AttentionShape shape, IntTensor positions, int maxPositions, float theta)
            implements OperationCall {
        @Override
        public void record(Recorder recorder) {
            Rotary.forward(recorder, this);
        }
    }

    /** Arguments of {@link #backward(Recorder, Backward)}: dqkv as the forward pass's qkv, rotated back in place. */
    record Backward(Forward forward, Tensor dqkv) implements OperationCall {
        @Override
        public void record(Recorder recorder) {
            Rotary.backward(recorder, this);
        }
    }

    /** Rotates the queries and keys of {@code qkv}. */
    static void forward(Recorder recorder, Forward a) {
        check("rotary", a);
        rotate(recorder, "forward", a, a, a.qkv, 1);
    }

    /** Rotates the gradients of queries and keys in {@code dqkv} back. */
    static void backward(Recorder recorder, Backward a) {
        check("rotaryBackward", a.forward);
        Shapes.same("rotaryBackward", a.forward.qkv, a.dqkv);
        rotate(recorder, "backward", a, a.forward, a.dqkv, -1);
    }

    private static void rotate(
            Recorder recorder, String phase, OperationCall call, Forward f, Tensor qkv, int direction) {
        AttentionShape s = f.shape;
        int N = qkv.rows();
        Tensor table = table(recorder, f.maxPositions, s.D(), f.theta);
        Rotary variant = recorder.variant(Rotary.class);
        recorder.node(
                variant,
                phase,
                call,
                List.of(table),
                List.of(qkv),
                3L * N * rotated(s) * s.D(),
                sink -> variant.rotate(
                        sink,
                        N,
                        s,
                        direction,
                        qkv.slice(),
                        table.slice(),
                        f.positions == null ? null : f.positions.slice()));
    }

    private static void check(String operation, Forward a) {
        AttentionShape s = a.shape;
        refuseUnless(s.D() % 2 == 0, operation, s + " has heads of " + s.D() + " channels: halves need an even number");
        refuseUnless(a.theta > 0, operation, "theta must be positive, got " + a.theta);
        boolean packed = a.qkv.columns() == s.packedWidth();
        if (a.positions == null) {
            Shapes.check(packed && a.qkv.rows() == s.rows(), operation, "qkv", a.qkv, "shape", s);
            refuseUnless(
                    s.T() <= a.maxPositions,
                    operation,
                    s + " has more positions than the table, which has " + a.maxPositions + ": raise maxPositions");
        } else {
            Shapes.check(packed, operation, "qkv", a.qkv, "shape", s);
            Shapes.check(a.positions.size() == a.qkv.rows(), operation, "positions", a.positions, "qkv", a.qkv);
        }
    }

    private static void refuseUnless(boolean fits, String operation, String why) {
        if (!fits) {
            throw new IllegalArgumentException(operation + ": " + why);
        }
    }

    /**
     * The workspace's (maxPositions, D) table for these numbers: a row is {@code [cos: D/2 | sin: D/2]} of the
     * position's angles.
     */
    private static Tensor table(Recorder recorder, int maxPositions, int D, float theta) {
        String name = "rotary D" + D + " T" + maxPositions + " theta" + theta;
        return recorder.constant(name, () -> cosinesAndSines(maxPositions, D, theta), maxPositions, D);
    }

    private static float[] cosinesAndSines(int maxPositions, int D, float theta) {
        float[] table = new float[maxPositions * D];
        int half = D / 2;
        for (int i = 0; i < half; i++) {
            double frequency = StrictMath.pow(theta, -2.0 * i / D);
            for (int p = 0; p < maxPositions; p++) {
                table[p * D + i] = (float) StrictMath.cos(p * frequency);
                table[p * D + half + i] = (float) StrictMath.sin(p * frequency);
            }
        }
        return table;
    }

    /** How many heads of a row are rotated: they come first. */
    static int rotated(AttentionShape shape) {
        return shape.heads() + shape.kvHeads();
    }

    @Override
    default String operation() {
        return OPERATION;
    }

    /**
     * Overwrites the queries and keys of {@code qkv} (N, packed width).
     *
     * @param direction 1, or -1 to rotate back
     * @param table (positions, D): {@code [cos: D/2 | sin: D/2]}
     * @param positions N of them, each below the table's; null for {@code n % T}
     */
    void rotate(
            KernelSink sink, int N, AttentionShape shape, int direction, Slice qkv, Slice table, IntSlice positions);
}
