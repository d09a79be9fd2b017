package org.tornadogpt.distributed.mpi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tornadogpt.distributed.MpiRun;

/** The binding, in processes that {@code mpirun} starts. */
class MpiTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void movesAndAddsWhatItShould(int ranks) throws Exception {
        MpiRun.assumeInstalled();
        MpiRun.Result result = MpiRun.run(ranks, MpiProbe.class.getName());
        assertThat(result.err()).doesNotContain("Exception", "Error");
        assertThat(result.out()).contains("all right: " + ranks + " ranks, " + ranks + " here, ");
        assertThat(result.code()).isZero();
    }

    @Test
    void saysWhatToInstallWhereThereIsNoLibrary() {
        Map<String, String> environment = Map.of(MpiLibrary.FILE_VARIABLE, "libnosuchmpi.so");
        assertThat(Mpi.installed(environment)).isEmpty();
        assertThatThrownBy(() -> Mpi.init(environment))
                .isInstanceOf(MpiException.class)
                .hasMessageStartingWith("no MPI library was found (libnosuchmpi.so): install MPICH (")
                .hasMessageContaining(MpiLibrary.FILE_VARIABLE);
    }

    @Test
    void refusesALibraryThatIsNoMpi() {
        assertThatThrownBy(() -> Mpi.installed(Map.of(MpiLibrary.FILE_VARIABLE, "libm.so.6")))
                .isInstanceOf(MpiException.class)
                .hasMessageContaining("libm.so.6")
                .hasMessageContaining("is no MPI library");
    }

    @Test
    void knowsFamiliesByTheirVersions() {
        assertThat(Flavour.of("MPICH Version:\t4.0.2\n")).contains(Flavour.MPICH);
        assertThat(Flavour.of("Open MPI v4.1.4, package: Debian OpenMPI")).contains(Flavour.OPEN_MPI);
        assertThat(Flavour.of("Intel(R) MPI Library 2021.10 for Linux* OS")).contains(Flavour.MPICH);
        assertThat(Flavour.of("MS-MPI 10")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 15, 16, 17, 100, 1000, 100_003})
    void partsAreAllOfTheArray(int size) {
        for (int ranks = 1; ranks <= 9; ranks++) {
            Shards shards = new Shards(size, ranks);
            int next = 0;
            for (int rank = 0; rank < ranks; rank++) {
                assertThat(shards.from(rank)).isEqualTo(next);
                assertThat(shards.length(rank)).isBetween(0, shards.length(0));
                next += shards.length(rank);
            }
            assertThat(next).isEqualTo(size);
        }
    }
}
