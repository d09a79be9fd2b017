package org.tornadogpt.kernels.ops.reduction;

import org.tornadogpt.kernels.kernel.Call;
import org.tornadogpt.kernels.kernel.DeviceTraits;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.memory.Slice;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Sums of blocks of {@value #BLOCK}, sums of {@value #BLOCK} such sums, and so on up to one: one work-item for each
 * block: the reference. No sum is longer than a block, so with L = ceil(log_256 size) levels the sum of |x| or x² is
 * off by at most {@code (256 L + 2) 2^-24} relative to itself: 4.6e-5 for ten million elements, and the norm by half of
 * that. (Rounding is not that unkind; 1e-6 is what one sees.)
 */
public final class ReductionLoop implements Reduction {
    static final int BLOCK = 256;

    @Override
    public String name() {
        return "loop";
    }

    @Override
    public Style style() {
        return Style.LOOP;
    }

    @Override
    public String mechanism() {
        return "sums of blocks of sums";
    }

    @Override
    public String description() {
        return "Sums of blocks of 256, sums of 256 such sums, and so on, one work-item for each block: "
                + "the reference.";
    }

    @Override
    public String errorBound() {
        return "(256 L + 2) 2^-24 relative with L = ceil(log_256 size) levels; 1e-6 is what one sees";
    }

    @Override
    public int preference(DeviceTraits device) {
        return REFERENCE;
    }

    @Override
    public void norm(KernelSink sink, int size, Slice out, Slice x) {
        Slice partial = sink.scratch(blocks(size));
        sink.loop(Call.of(
                "kSquareSums",
                ReductionLoop::kSquareSums,
                sink.offsets(),
                x.array(),
                sink.slot(x),
                partial.array(),
                sink.slot(partial),
                size,
                blocks(size)));
        Slice sum = total(sink, blocks(size), partial);
        sink.loop(Call.of(
                "kSquareRoot",
                ReductionLoop::kSquareRoot,
                sink.offsets(),
                sum.array(),
                sink.slot(sum),
                out.array(),
                sink.slot(out)));
    }

    @Override
    public void mean(KernelSink sink, int size, Slice out, Slice x) {
        Slice sum = total(sink, size, x);
        sink.loop(Call.of(
                "kQuotient",
                ReductionLoop::kQuotient,
                sink.offsets(),
                sum.array(),
                sink.slot(sum),
                out.array(),
                sink.slot(out),
                size));
    }

    private static Slice total(KernelSink sink, int size, Slice x) {
        Slice level = x;
        for (int length = size; length > 1; length = blocks(length)) {
            Slice next = sink.scratch(blocks(length));
            sink.loop(Call.of(
                    "kSums",
                    ReductionLoop::kSums,
                    sink.offsets(),
                    level.array(),
                    sink.slot(level),
                    next.array(),
                    sink.slot(next),
                    length,
                    blocks(length)));
            level = next;
        }
        return level;
    }

    private static int blocks(int size) {
        return (size - 1) / BLOCK + 1;
    }

    /** {@code partial[b] = sum of x² over block b}; overwrites. */
    public static void kSquareSums(
            IntArray offsets, FloatArray x, int xSlot, FloatArray partial, int partialSlot, int size, int blocks) {
        for (@Parallel int b = 0; b < blocks; b++) {
            int xAt = offsets.get(xSlot);
            float sum = 0f;
            for (int i = b * BLOCK; i < size && i < (b + 1) * BLOCK; i++) {
                float value = x.get(xAt + i);
                sum += value * value;
            }
            partial.set(offsets.get(partialSlot) + b, sum);
        }
    }

    /** {@code partial[b] = sum of x over block b}; overwrites. */
    public static void kSums(
            IntArray offsets, FloatArray x, int xSlot, FloatArray partial, int partialSlot, int size, int blocks) {
        for (@Parallel int b = 0; b < blocks; b++) {
            int xAt = offsets.get(xSlot);
            float sum = 0f;
            for (int i = b * BLOCK; i < size && i < (b + 1) * BLOCK; i++) {
                sum += x.get(xAt + i);
            }
            partial.set(offsets.get(partialSlot) + b, sum);
        }
    }

    /** {@code out[0] = sqrt(sum[0])}; overwrites. */
    public static void kSquareRoot(IntArray offsets, FloatArray sum, int sumSlot, FloatArray out, int outSlot) {
        for (@Parallel int i = 0; i < 1; i++) {
            out.set(offsets.get(outSlot) + i, TornadoMath.sqrt(sum.get(offsets.get(sumSlot) + i)));
        }
    }

    /** {@code out[0] = sum[0] / divisor}; overwrites. */
    public static void kQuotient(
            IntArray offsets, FloatArray sum, int sumSlot, FloatArray out, int outSlot, int divisor) {
        for (@Parallel int i = 0; i < 1; i++) {
            out.set(offsets.get(outSlot) + i, sum.get(offsets.get(sumSlot) + i) / divisor);
        }
    }
}
