package org.tornadogpt.tensorcores;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.tornadogpt.checks.emulator.EmulatedGroupDevice;
import org.tornadogpt.checks.emulator.WorkGroupEmulator.Order;
import org.tornadogpt.checks.suite.VariantCheck;
import org.tornadogpt.kernels.device.tornado.TornadoDevice;
import org.tornadogpt.kernels.kernel.Call;
import org.tornadogpt.kernels.kernel.DeviceTraits.Ability;
import org.tornadogpt.kernels.kernel.Variant;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** What the library is asked for is the product, with the library's definition in plain loops in its place. */
class MatMulCuBlasTest {
    /** BLAS: {@code c[i + j ldc] = sum over l of op(a)[i,l] op(b)[l,j]}. */
    private static Call plain(
            int ofA,
            int ofB,
            int m,
            int n,
            int k,
            FloatArray a,
            int lda,
            FloatArray b,
            int ldb,
            FloatArray c,
            int ldc) {
        return Call.library(
                "sgemm",
                List.of(ofA, ofB, m, n, k, a, lda, b, ldb, c, ldc),
                () -> {
                    for (int i = 0; i < m; i++) {
                        for (int j = 0; j < n; j++) {
                            float sum = 0;
                            for (int l = 0; l < k; l++) {
                                float x = ofA == 0 ? a.get(i + l * lda) : a.get(l + i * lda);
                                sum += x * (ofB == 0 ? b.get(l + j * ldb) : b.get(j + l * ldb));
                            }
                            c.set(i + j * ldc, sum);
                        }
                    }
                },
                (graph, task) -> {
                    throw new IllegalStateException("on no device");
                });
    }

    private static List<EmulatedGroupDevice> emulators() {
        return List.of(new EmulatedGroupDevice(Order.SHUFFLED, TensorItem::new, Set.of(Ability.LIBRARY_TASKS)));
    }

    @Test
    void keepsTheContract() {
        VariantCheck.Report report =
                VariantCheck.inEmulators(new MatMulCuBlas(MatMulCuBlasTest::plain), emulators(), progress -> {});
        assertThat(report.findings()).isEmpty();
        assertThat(report.refused()).isEmpty();
    }

    @Test
    void anOperandTakenTheWrongWayIsFound() {
        Sgemm wrong =
                (ofA, ofB, m, n, k, a, lda, b, ldb, c, ldc) -> plain(ofA, 1 - ofB, m, n, k, a, lda, b, ldb, c, ldc);
        assertThat(VariantCheck.inEmulators(new MatMulCuBlas(wrong), emulators(), progress -> {})
                        .findings())
                .isNotEmpty();
    }

    @Test
    void runsOnlyWhereThereAreLibraryTasksAndItIsNamed() {
        MatMulCuBlas cublas = new MatMulCuBlas();
        assertThat(cublas.obstacle(TornadoDevice.traits("gpu", true, Set.of())).orElse(""))
                .contains("the module tornado.cublas");
        assertThat(cublas.obstacle(TornadoDevice.traits("gpu", true, Set.of(Ability.LIBRARY_TASKS))))
                .isEmpty();
        assertThat(cublas.preference(TornadoDevice.traits("gpu", true, Set.of(Ability.values()))))
                .isEqualTo(Variant.ONLY_IF_NAMED);
    }
}
