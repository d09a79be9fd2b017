package org.tornadogpt.kernels.device.jvm;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.kernels.graph.DeviceException;
import org.tornadogpt.kernels.graph.Node;
import org.tornadogpt.kernels.graph.NodeList;
import org.tornadogpt.kernels.graph.Program;
import org.tornadogpt.kernels.memory.Buffers;
import org.tornadogpt.kernels.memory.DType;
import org.tornadogpt.kernels.memory.Slice;

/** What the {@code sequential} and {@code cpu} devices share: recorded nodes become steps that the JVM runs. */
public abstract class JvmDevice implements Device {
    /** The part of the activations that does not grow with the batch is less than the rest of one. */
    private static final double SURE = 0.95;

    private static final long MEBIBYTE = 1 << 20;

    private final WorkerPool pool;
    private final GroupRunner groupRunner;
    private final JitWarmUp warmUp;
    private final ReentrantLock turn = new ReentrantLock();

    /**
     * A device.
     *
     * @param groupRunner runs kernels written for work-groups; null where they cannot run
     * @param warmUp null where nothing is done about the JIT compilers
     */
    protected JvmDevice(int threads, GroupRunner groupRunner, JitWarmUp warmUp) {
        pool = new WorkerPool(threads);
        this.groupRunner = groupRunner;
        this.warmUp = warmUp;
    }

    @Override
    public Set<DType> types() {
        return EnumSet.allOf(DType.class);
    }

    @Override
    public int threads() {
        return pool.threads();
    }

    /**
     * Memory outside the heap is taken when it is first used, and the system ends a process that takes more than
     * there is.
     */
    @Override
    public void checkFits(long stateBytes, long activationBytes, long largestBytes) {
        long memory =
                ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
        Runtime runtime = Runtime.getRuntime();
        long left = memory - stateBytes - (runtime.totalMemory() - runtime.freeMemory());
        if (activationBytes > left) {
            throw new DeviceException(String.format(
                    Locale.ROOT,
                    "%,d MiB of memory are needed, %,d of them for activations, and there are %,d, of which the heap has"
                            + " %,d: %s",
                    (stateBytes + activationBytes) / MEBIBYTE,
                    activationBytes / MEBIBYTE,
                    memory / MEBIBYTE,
                    (memory - stateBytes - left) / MEBIBYTE,
                    whatFits(left, activationBytes)));
        }
    }

    /** Activations grow with the tokens that are passed through the model at once. */
    private static String whatFits(long left, long activationBytes) {
        double share = 100 * SURE * left / activationBytes;
        return share < 1
                ? "use a smaller model, or a smaller batch or block"
                : String.format(Locale.ROOT, "use at most %d %% of this batch", (int) share);
    }

    @Override
    public Map<String, Program> build(List<NodeList> programs, Buffers buffers) {
        JvmKernelSink measuring = JvmKernelSink.measuring(pool, groupRunner);
        if (warmUp != null) {
            warmUp.built(programs);
        }
        emit(programs, measuring);
        return emit(programs, JvmKernelSink.with(pool, groupRunner, measuring.needs()));
    }

    private Map<String, Program> emit(List<NodeList> programs, JvmKernelSink sink) {
        Map<String, Program> built = new LinkedHashMap<>();
        for (NodeList program : programs) {
            List<Node> nodes = program.nodes();
            Runnable[][] steps = new Runnable[nodes.size()][];
            for (int i = 0; i < steps.length; i++) {
                nodes.get(i).emit().accept(sink);
                steps[i] = sink.takeSteps();
            }
            built.put(program.name(), new JvmProgram(program, steps, this));
        }
        return built;
    }

    /** Lets one caller at a time use the threads; others wait for their turn. */
    void inTurn(Runnable work) {
        turn.lock();
        try {
            work.run();
        } finally {
            turn.unlock();
        }
    }

    /** Runs a program's steps, on one thread alone while the JIT compilers need the others. */
    void run(Runnable steps, long flops) {
        inTurn(() -> {
            if (warmUp != null && warmUp.runsAlone(flops)) {
                pool.alone(steps);
            } else {
                steps.run();
            }
        });
    }

    @Override
    public void toHost(Slice slice) {
        // the device's memory is the host's
    }

    @Override
    public void toDevice(Slice slice) {
        // the device's memory is the host's
    }

    @Override
    public void close() {
        pool.close();
    }
}
