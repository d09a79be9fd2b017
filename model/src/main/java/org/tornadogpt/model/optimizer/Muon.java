package org.tornadogpt.model.optimizer;

import java.util.List;
import org.tornadogpt.kernels.graph.Recorder;
import org.tornadogpt.kernels.graph.Workspace;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.kernels.ops.elementwise.Elementwise;
import org.tornadogpt.kernels.ops.matmul.MatMul;
import org.tornadogpt.kernels.ops.reduction.Reduction;
import org.tornadogpt.model.layer.ParameterLayout;
import org.tornadogpt.model.layer.Parameters;

/**
 * Muon (Jordan et al. 2024, "Muon: An optimizer for hidden layers in neural networks"): gradient descent with Nesterov's
 * momentum, whose update is made nearly orthogonal by five steps of a Newton-Schulz iteration. For a matrix W (R,C):
 *
 * <pre>
 *   g   = gradient * min(1, maxNorm / (norm + 1e-6))     as in AdamW
 *   m   = momentum m + (1 - momentum) g
 *   X   = momentum m + (1 - momentum) g
 *   X   = X / (|X| + 1e-7)                               Frobenius norm
 *   five times: A = X Xᵀ,  X = 3.4445 X + (-4.7750 A + 2.0315 A²) X
 *   W   = (1 - rate weightDecay) W - rate sqrt(max(1, R / C)) X
 * </pre>
 *
 * Where R is above C, {@code A = Xᵀ X} and {@code X A} take their places: the same numbers from smaller products. Products
 * are those of {@link MatMul}, all in float32.
 */
final class Muon {
    private static final int ITERATIONS = 5;
    private static final float A = 3.4445f;
    private static final float B = -4.7750f;
    private static final float C = 2.0315f;
    private static final float EPSILON = 1e-7f;
    private static final int PAIR = 2;

    private final List<ParameterLayout.Parameter> matrices;
    private final Tensor factors;
    private final Tensor momentum;
    private final Tensor ofA;
    private final Tensor ofX;

    /** @param matrices those that Muon updates, at least one */
    Muon(List<ParameterLayout.Parameter> matrices, Workspace workspace) {
        this.matrices = matrices;
        factors = workspace.input("muon", PAIR * (3 + matrices.size()));
        momentum = pair(0);
        ofA = pair(1);
        ofX = pair(2);
    }

    private Tensor pair(int i) {
        return factors.view("muon." + i, PAIR * i, PAIR);
    }

    /** Records the update of all matrices; {@code moments} has the running mean of gradients. */
    void record(Recorder recorder, Parameters values, Parameters gradients, Parameters moments) {
        for (int i = 0; i < matrices.size(); i++) {
            String name = matrices.get(i).name();
            Tensor gradient = gradients.get(name);
            Tensor m = moments.get(name);
            Tensor x = recorder.allocate(name + ".update", m.rows(), m.columns());
            Tensor length = recorder.allocate(name + ".length", 1);
            new Elementwise.Combine(m, m, gradient, momentum).record(recorder);
            new Elementwise.Combine(x, m, gradient, momentum).record(recorder);
            new Reduction.Norm(length, x).record(recorder);
            new Elementwise.Divide(x, x, length, EPSILON).record(recorder);
            for (int k = 0; k < ITERATIONS; k++) {
                x = iteration(recorder, name, x);
            }
            Tensor w = values.get(name);
            new Elementwise.Combine(w, w, x, pair(3 + i)).record(recorder);
        }
    }

    private Tensor iteration(Recorder recorder, String name, Tensor x) {
        boolean wide = x.rows() <= x.columns();
        int n = Math.min(x.rows(), x.columns());
        Tensor a = recorder.allocate(name + ".square", n, n);
        if (wide) {
            new MatMul.Forward(a, x, x, null).record(recorder);
        } else {
            new Elementwise.Fill(a, 0f).record(recorder);
            new MatMul.BackwardWeight(a, null, x, x).record(recorder);
        }
        Tensor b = recorder.allocate(name + ".polynomial", n, n);
        new MatMul.Forward(b, a, a, null).record(recorder); // A is symmetric, and so is B
        new Elementwise.Combine(b, a, b, ofA).record(recorder);
        Tensor y = recorder.allocate(name + ".update", x.rows(), x.columns());
        if (wide) {
            new MatMul.BackwardInput(y, b, x).record(recorder);
        } else {
            new MatMul.Forward(y, x, b, null).record(recorder);
        }
        new Elementwise.Combine(y, x, y, ofX).record(recorder);
        return y;
    }

    /**
     * Sets a step's numbers.
     *
     * @param rate Muon's own
     * @param decay of momentum
     * @param clip what gradients are multiplied by
     */
    void prepare(float rate, float weightDecay, float decay, float clip) {
        set(momentum, decay, (1 - decay) * clip);
        set(ofA, B, C);
        set(ofX, A, 1);
        for (int i = 0; i < matrices.size(); i++) {
            List<Integer> shape = matrices.get(i).shape();
            double tall = Math.sqrt(Math.max(1.0, (double) shape.get(0) / shape.get(1)));
            set(pair(3 + i), 1 - rate * weightDecay, (float) (-rate * tall));
        }
    }

    private static void set(Tensor pair, float first, float second) {
        Slice slice = pair.slice();
        slice.set(0, first);
        slice.set(1, second);
    }
}
