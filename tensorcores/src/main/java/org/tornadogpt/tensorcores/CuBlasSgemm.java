package org.tornadogpt.tensorcores;

import java.util.List;
import org.tornadogpt.kernels.kernel.Call;
import uk.ac.manchester.tornado.api.common.LibraryTaskDescriptor;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * {@code CuBlas.cublasSgemmTF32} of the SDK's module {@code tornado.cublas}. By reflection: an SDK may lack the module,
 * which is then needed neither to build nor to run.
 */
final class CuBlasSgemm {
    private static final String CUBLAS = "uk.ac.manchester.tornado.cublas.CuBlas";
    private static final String FUNCTION = "cublasSgemmTF32";

    private CuBlasSgemm() {}

    /** See {@link Sgemm#call}. */
    static Call call(
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
        List<Object> arguments = List.of(ofA, ofB, m, n, k, 1f, a, lda, b, ldb, 0f, c, ldc);
        return Call.library(
                FUNCTION,
                arguments,
                () -> {
                    throw new IllegalStateException(FUNCTION + " runs on a device only");
                },
                (graph, task) -> graph.libraryTask(task, list -> descriptor(list), arguments));
    }

    private static LibraryTaskDescriptor descriptor(List<Object> arguments) {
        try {
            return (LibraryTaskDescriptor) Class.forName(CUBLAS)
                    .getMethod(
                            FUNCTION,
                            int.class,
                            int.class,
                            int.class,
                            int.class,
                            int.class,
                            float.class,
                            FloatArray.class,
                            int.class,
                            FloatArray.class,
                            int.class,
                            float.class,
                            FloatArray.class,
                            int.class)
                    .invoke(null, arguments.toArray());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this TornadoVM SDK has no " + CUBLAS + "." + FUNCTION, e);
        }
    }
}
