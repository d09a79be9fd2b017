package org.tornadogpt.kernels.device.tornado;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.kernels.graph.NodeList;
import org.tornadogpt.kernels.graph.Program;
import org.tornadogpt.kernels.kernel.DeviceTraits;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.memory.Buffers;
import org.tornadogpt.kernels.memory.Slice;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** A device that TornadoVM drives: kernels are compiled to OpenCL, PTX or CUDA, and all memory stays there. */
public final class TornadoDevice implements Device {
    private final DeviceInfo info;
    private final NativeErrors errors = new NativeErrors();
    private final Proof proof;
    private final List<DeviceRun> runs = new ArrayList<>();
    private final Residency residency = new Residency();
    private final ReentrantLock turn = new ReentrantLock();
    private final Map<String, Set<String>> groupShapes = new TreeMap<>();

    /**
     * Opens a device.
     *
     * @param spec {@code tornado[:driver:device]}
     * @throws IllegalArgumentException if it is not there; the message says why
     */
    public static TornadoDevice open(String spec) {
        return new TornadoDevice(TornadoRuntimes.find(spec));
    }

    private TornadoDevice(DeviceInfo info) {
        this.info = info;
        proof = new Proof(info);
    }

    @Override
    public DeviceTraits traits() {
        return traits(info.id(), info.isGpu(), info.abilities());
    }

    /** What variants may know of a device that TornadoVM drives. */
    public static DeviceTraits traits(String id, boolean gpu, Set<DeviceTraits.Ability> abilities) {
        return new DeviceTraits(id, Set.of(Variant.Style.LOOP, Variant.Style.GROUP), gpu, abilities);
    }

    @Override
    public String description() {
        return String.format(
                Locale.ROOT, "%s (%s, %s, %.1f GiB)", info.name(), info.type(), info.driver(), info.gibibytes());
    }

    @Override
    public int threads() {
        return 1;
    }

    @Override
    public void checkFits(long stateBytes, long activationBytes, long largestBytes) {
        new DeviceMemory(stateBytes, activationBytes, largestBytes)
                .check(info.id(), info.memory(), info.largestArray());
    }

    @Override
    public Map<String, Program> build(List<NodeList> programs, Buffers buffers) {
        GraphPlan graphs = GraphPlan.of(
                programs, buffers, Splitter.STANDARD, new TornadoKernelSink.Target(info.maxWorkGroup(), !info.isGpu()));
        graphs.groupShapes()
                .forEach((kernel, shapes) -> groupShapes
                        .computeIfAbsent(kernel, k -> new TreeSet<>())
                        .addAll(shapes));
        List<FloatArray> scratch = new ArrayList<>(graphs.wholes());
        scratch.add(graphs.shared().get(graphs.shared().size() - 1));
        DeviceMemory.of(buffers, scratch).check(info.id(), info.memory(), info.largestArray());
        DeviceRun run = new DeviceRun(graphs, buffers.floatState(), info, errors, proof, residency);
        runs.add(run);
        residency.add(run);
        Map<String, Program> built = new LinkedHashMap<>();
        graphs.programs()
                .forEach((name, executions) ->
                        built.put(name, new TornadoProgram(name, executions, run, buffers, turn)));
        return built;
    }

    @Override
    public void toHost(Slice slice) {
        inTurn(() -> residency.toHost(slice.array()));
    }

    @Override
    public void toDevice(Slice slice) {
        inTurn(() -> {
            if (slice.length() < slice.array().getSize()) { // the rest of the array may be newer on the device
                float[] values = slice.toArray();
                residency.toHost(slice.array());
                slice.copyFrom(values);
            }
            residency.hostWrote(slice.array());
        });
    }

    private void inTurn(Runnable work) {
        turn.lock();
        try {
            work.run();
        } finally {
            turn.unlock();
        }
    }

    @Override
    public Optional<String> proof() {
        return Optional.of(proof.text() + groupText());
    }

    /** The work-groups chosen for the kernels that are written for them. */
    private String groupText() {
        if (groupShapes.isEmpty()) {
            return "";
        }
        return groupShapes.entrySet().stream()
                .map(e -> e.getKey() + " " + String.join(" and ", e.getValue()))
                .collect(Collectors.joining(", ", "; work-groups: ", ""));
    }

    @Override
    public void close() {
        runs.forEach(DeviceRun::close);
        runs.clear();
        residency.clear();
        errors.close();
    }
}
