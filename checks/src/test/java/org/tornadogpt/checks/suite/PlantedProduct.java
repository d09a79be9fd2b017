package org.tornadogpt.checks.suite;

import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.ops.matmul.MatMul;

/** A linear layer as its formula is read, in any style, with one mistake. */
record PlantedProduct(Style style, Mistake mistake) implements MatMul {
    @Override
    public String name() {
        return "planted";
    }

    @Override
    public String mechanism() {
        return "a planted mistake";
    }

    @Override
    public String description() {
        return mistake.name();
    }

    @Override
    public void forward(KernelSink sink, Shape s, Slice out, Slice x, Slice weight, Slice bias) {
        Launch.items(sink, style, s.N() * s.O(), i -> {
            double sum = bias == null ? 0 : bias.get(i % s.O());
            for (int k = 0; k < s.K(); k++) {
                sum += (double) x.get(i / s.O() * s.K() + k) * weight.get(i % s.O() * s.K() + k);
            }
            out.set(i, (float) sum);
        });
    }

    @Override
    public void backwardInput(KernelSink sink, Shape s, Slice dx, Slice dout, Slice weight) {
        Launch.items(sink, style, s.N() * s.K(), i -> {
            double sum = 0;
            for (int o = 0; o < s.O(); o++) {
                sum += (double) dout.get(i / s.K() * s.O() + o) * weight.get(o * s.K() + i % s.K());
            }
            dx.set(i, (float) sum);
        });
    }

    @Override
    public void backwardWeight(KernelSink sink, Shape s, Slice dweight, Slice dbias, Slice dout, Slice x) {
        Launch.items(sink, style, s.O() * s.K(), i -> {
            double sum = mistake == Mistake.OVERWRITES ? 0 : dweight.get(i);
            for (int n = 0; n < s.N(); n++) {
                sum += (double) dout.get(n * s.O() + i / s.K()) * x.get(n * s.K() + i % s.K());
            }
            dweight.set(i, (float) sum);
        });
        Launch.items(sink, style, dbias == null ? 1 : s.O(), o -> {
            if (dbias != null) {
                double sum = dbias.get(o);
                for (int n = 0; n < s.N(); n++) {
                    sum += dout.get(n * s.O() + o);
                }
                dbias.set(o, (float) sum);
            }
        });
    }
}
