package org.tornadogpt.kernels.device.jvm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.tornadogpt.kernels.memory.DType;
import org.tornadogpt.kernels.memory.Slice;

class JvmKernelSinkTest {
    @Test
    void scratchOfEachTypeIsAsLongAsTheNodeThatNeedsMost() {
        WorkerPool pool = new WorkerPool(1);
        JvmKernelSink measuring = JvmKernelSink.measuring(pool, null);
        firstNode(measuring);
        measuring.takeSteps();
        measuring.scratch(DType.BF16, 9);
        measuring.takeSteps();
        JvmKernelSink sink = JvmKernelSink.with(pool, null, measuring.needs());
        Slice[] slices = firstNode(sink);
        assertThat(slices[0].type()).isEqualTo(DType.F32);
        assertThat(slices[0].length()).isEqualTo(5);
        assertThat(slices[1].type()).isEqualTo(DType.BF16);
        assertThat(slices[1].offset()).isZero();
        assertThat(slices[2].offset()).isEqualTo(3);
        sink.takeSteps();
        Slice second = sink.scratch(DType.BF16, 9);
        assertThat(second.offset()).isZero();
        assertThat(second.memory().getSize()).isEqualTo(9);
        pool.close();
    }

    private static Slice[] firstNode(JvmKernelSink sink) {
        return new Slice[] {sink.scratch(5), sink.scratch(DType.BF16, 3), sink.scratch(DType.BF16, 4)};
    }
}
