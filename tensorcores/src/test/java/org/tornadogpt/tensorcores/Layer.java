package org.tornadogpt.tensorcores;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.kernels.graph.Node;
import org.tornadogpt.kernels.graph.NodeList;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.memory.Buffers;
import org.tornadogpt.kernels.memory.DType;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.ops.matmul.MatMul.Shape;
import org.tornadogpt.kernels.ops.matmul.RoundedOperands;

/** A linear layer with normal numbers, its three products by the variant, and how far they are off. */
final class Layer {
    /**
     * How far a product is from the exact one.
     *
     * @param ofBound the worst element's error by {@link RoundedOperands#bound} times the sum of its terms' sizes
     * @param ofRounding its error against the product of rounded operands by what float32 sums may be off; NaN counts
     *     as infinitely much
     */
    record Off(double ofBound, double ofRounding) {}

    /** A sum of products over {@code p}: how two operands lie. */
    private record Sum(float[] a, int aI, int aP, float[] b, int bJ, int bP, int I, int J, int P) {
        Off error(Slice result) {
            double ofBound = 0;
            double ofRounding = 0;
            for (int i = 0; i < I; i++) {
                for (int j = 0; j < J; j++) {
                    double exact = 0;
                    double rounded = 0;
                    double sizes = 0;
                    for (int p = 0; p < P; p++) {
                        float x = a[i * aI + p * aP];
                        float y = b[j * bJ + p * bP];
                        exact += (double) x * y;
                        sizes += Math.abs((double) x * y);
                        rounded += (double) DType.BF16.rounded(x) * DType.BF16.rounded(y);
                    }
                    double actual = result.get(i * J + j);
                    ofBound = worse(ofBound, Math.abs(actual - exact) / (RoundedOperands.bound(P) * sizes));
                    ofRounding = worse(ofRounding, Math.abs(actual - rounded) / ((P + 1) * 0x1p-23 * sizes));
                }
            }
            return new Off(ofBound, ofRounding);
        }

        private static double worse(double worst, double share) {
            return share <= worst ? worst : Double.isNaN(share) ? Double.POSITIVE_INFINITY : share;
        }
    }

    private final Shape s;
    private final Device device;
    private final MatMulMma mma = new MatMulMma();
    private final float[] x;
    private final float[] weight;
    private final float[] dout;

    Layer(Shape s, Device device) {
        this.s = s;
        this.device = device;
        x = normal(1, s.N() * s.K());
        weight = normal(2, s.O() * s.K());
        dout = normal(3, s.N() * s.O());
    }

    Off forward() {
        Slice out = unset(s.N() * s.O());
        run(out, x, weight, (sink, a, b) -> mma.forward(sink, s, out, a, b, null));
        return new Sum(x, s.K(), 1, weight, s.K(), 1, s.N(), s.O(), s.K()).error(out);
    }

    Off backwardInput() {
        Slice dx = unset(s.N() * s.K());
        run(dx, dout, weight, (sink, a, b) -> mma.backwardInput(sink, s, dx, a, b));
        return new Sum(dout, s.O(), 1, weight, 1, s.K(), s.N(), s.K(), s.O()).error(dx);
    }

    Off backwardWeight() {
        Slice dweight = Slice.allocate(s.O() * s.K());
        run(dweight, dout, x, (sink, a, b) -> mma.backwardWeight(sink, s, dweight, null, a, b));
        return new Sum(dout, 1, s.O(), x, 1, s.K(), s.O(), s.K(), s.N()).error(dweight);
    }

    private interface Emit {
        void emit(KernelSink sink, Slice a, Slice b);
    }

    private void run(Slice out, float[] a, float[] b, Emit emit) {
        Slice first = slice(a);
        Slice second = slice(b);
        Consumer<KernelSink> emitter = sink -> emit.emit(sink, first, second);
        Node node = new Node(
                mma.operation(), "test", mma.name(), null, List.of(), List.of(), new Node.Cost(0, 0), "", 0, emitter);
        Buffers buffers = new Buffers(
                List.of(first.array(), second.array(), out.array()), List.of(), List.of(), List.of(), List.of());
        device.build(List.of(new NodeList("test", List.of(node))), buffers)
                .get("test")
                .run();
    }

    private static Slice slice(float... values) {
        Slice slice = Slice.allocate(values.length);
        slice.copyFrom(values);
        return slice;
    }

    private static Slice unset(int length) {
        float[] values = new float[length];
        Arrays.fill(values, Float.NaN);
        return slice(values);
    }

    /** Normal numbers of which none lies in the middle between two bfloat16: these are rounded one way or the other. */
    private static float[] normal(int seed, int n) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            do {
                values[i] = (float) random.nextGaussian();
            } while ((Float.floatToRawIntBits(values[i]) & 0xFFFF) == 0x8000);
        }
        return values;
    }
}
