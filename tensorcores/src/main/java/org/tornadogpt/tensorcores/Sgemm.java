package org.tornadogpt.tensorcores;

import org.tornadogpt.kernels.kernel.Call;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** A library's product of matrices that are stored by columns, as BLAS defines it. */
@FunctionalInterface
interface Sgemm {
    /**
     * {@code c (m,n) = op(a) (m,k) op(b) (k,n)} over whole arrays; overwrites.
     *
     * @param ofA 0 takes a as it is stored, 1 transposed; {@code ofB} likewise
     * @param lda elements from column to column of a as it is stored; {@code ldb} and {@code ldc} likewise
     */
    Call call(
            int ofA, int ofB, int m, int n, int k, FloatArray a, int lda, FloatArray b, int ldb, FloatArray c, int ldc);
}
