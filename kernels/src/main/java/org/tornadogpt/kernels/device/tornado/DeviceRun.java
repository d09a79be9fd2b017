package org.tornadogpt.kernels.device.tornado;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.tornadogpt.kernels.graph.DeviceException;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.ImmutableTaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.TornadoExecutionResult;
import uk.ac.manchester.tornado.api.enums.ProfilerMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
import uk.ac.manchester.tornado.api.exceptions.TornadoInternalError;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * A workspace on a device: all graphs in one execution plan, so that parameters stay on the device between programs,
 * and what is known about which side holds the current values.
 */
final class DeviceRun implements Residency.Copies {
    private final GraphPlan graphs;
    private final List<FloatArray> state;
    private final DeviceInfo device;
    private final NativeErrors errors;
    private final Proof proof;
    private final TornadoExecutionPlan plan;
    private final Residency residency;
    private final Set<FloatArray> outdated = Collections.newSetFromMap(new IdentityHashMap<>());
    private final boolean[] ran;
    private final boolean replayed;
    private TornadoExecutionResult last;

    DeviceRun(
            GraphPlan graphs,
            List<FloatArray> state,
            DeviceInfo device,
            NativeErrors errors,
            Proof proof,
            Residency residency) {
        this.graphs = graphs;
        this.state = state;
        this.device = device;
        this.errors = errors;
        this.proof = proof;
        this.residency = residency;
        ran = new boolean[graphs.graphs().size()];
        replayed = CudaGraphs.wanted(device.id(), device.backend());
        GraphFactory factory = new GraphFactory(graphs.shared());
        GridScheduler grid = WorkGrids.of(graphs, device);
        List<ImmutableTaskGraph> all = new ArrayList<>();
        all.add(factory.upload());
        for (int i = 0; i < state.size(); i++) {
            all.add(factory.upload(state.get(i), i));
        }
        graphs.graphs().forEach(spec -> all.add(factory.graph(spec)));
        TornadoExecutionPlan made = new TornadoExecutionPlan(all.toArray(ImmutableTaskGraph[]::new));
        made.withDevice(device.handle());
        if (!grid.keySet().isEmpty()) {
            made.withGridScheduler(grid);
        }
        plan = made;
    }

    @Override
    public boolean holds(FloatArray array) {
        return graphs.shared().stream().anyMatch(a -> a == array);
    }

    /** Runs one graph with its row of offsets. */
    void execute(GraphPlan.Execution execution) {
        int index = execution.graph().index();
        if (!ran[index] && !replayed) {
            proof.add(execution.graph(), executeProfiled(execution));
            ran[index] = true;
            return;
        }
        prepare(execution);
        if (!ran[index]) {
            CudaGraphs.enable(plan.withGraph(number(execution.graph())));
            proof.addReplayed(execution.graph());
            ran[index] = true;
        }
        launch(number(execution.graph()), execution.graph());
    }

    /** Like {@link #execute}, with the profiler on. */
    Profile executeProfiled(GraphPlan.Execution execution) {
        if (replayed) {
            throw new DeviceException(
                    "kernels cannot be timed while CUDA graphs are replayed: leave -D" + CudaGraphs.PROPERTY + " away");
        }
        prepare(execution);
        GraphPlan.GraphSpec spec = execution.graph();
        TornadoExecutionPlan chosen = plan.withGraph(number(spec));
        chosen.withProfiler(ProfilerMode.SILENT);
        launch(number(spec), spec);
        Profile profile = Profile.of(last.getProfilerResult());
        chosen.clearProfiles();
        chosen.withoutProfiler();
        return profile;
    }

    /** A graph's place in the plan: the uploads come first. */
    private int number(GraphPlan.GraphSpec spec) {
        return 1 + state.size() + spec.index();
    }

    /** Before a program's graphs: the device gets what is newer elsewhere. */
    void begin() {
        residency.beforeRun(this, state);
        if (last == null) {
            launch(0, null);
            outdated.clear();
        }
        for (int i = 0; i < state.size(); i++) {
            if (outdated.remove(state.get(i))) {
                launch(1 + i, null);
            }
        }
    }

    /** After a program's graphs, which wrote these state arrays. */
    void end(List<FloatArray> written) {
        residency.afterRun(this, written);
    }

    private void prepare(GraphPlan.Execution execution) {
        List<int[]> rows = execution.rows();
        for (int table = 0; table < rows.size(); table++) {
            int[] row = rows.get(table);
            for (int i = 0; i < row.length; i++) {
                graphs.offsets().get(table).set(i, row[i]);
            }
        }
    }

    private void launch(int number, GraphPlan.GraphSpec spec) {
        try {
            errors.during(() -> last = plan.withGraph(number).execute());
        } catch (RuntimeException | LinkageError | TornadoInternalError e) {
            throw new DeviceException(
                    "the run on " + device.id() + " failed in " + describe(spec) + ": " + TornadoRuntimes.reason(e), e);
        }
    }

    private static String describe(GraphPlan.GraphSpec spec) {
        return spec == null
                ? "the upload"
                : "graph " + spec.name() + " ("
                        + spec.tasks().stream()
                                .map(t -> t.launch().call().kernel())
                                .distinct()
                                .collect(Collectors.joining(", "))
                        + ")";
    }

    /** Brings a whole array to the host. */
    @Override
    public void toHost(FloatArray array) {
        if (last != null) {
            errors.during(() -> last.transferToHost(array));
        }
    }

    @Override
    public void outdate(FloatArray array) {
        outdated.add(array);
    }

    void close() {
        try {
            plan.freeDeviceMemory();
            plan.close();
        } catch (TornadoExecutionPlanException e) {
            throw new DeviceException("cannot release " + device.id() + ": " + e.getMessage(), e);
        }
    }
}
