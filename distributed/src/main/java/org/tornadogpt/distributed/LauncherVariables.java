package org.tornadogpt.distributed;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What launchers tell the processes that they start. */
final class LauncherVariables {
    /** Hydra (MPICH, Intel MPI, MVAPICH) and Slurm's pmi2; Open MPI's. */
    private static final List<String> SIZES = List.of("PMI_SIZE", "OMPI_COMM_WORLD_SIZE");

    /** Slurm's pmix tells the rank in one variable and the number in another. */
    private static final String PMIX_RANK = "PMIX_RANK";

    private static final String SLURM_SIZE = "SLURM_STEP_NUM_TASKS";

    private LauncherVariables() {}

    /** How many processes there are; 1 for one that no launcher has started. */
    static int size(Map<String, String> environment) {
        Stream<String> names = environment.containsKey(PMIX_RANK)
                ? Stream.concat(SIZES.stream(), Stream.of(SLURM_SIZE))
                : SIZES.stream();
        return names.map(environment::get)
                .filter(value -> value != null && value.matches("[1-9]\\d{0,8}"))
                .mapToInt(Integer::parseInt)
                .max()
                .orElse(1);
    }
}
