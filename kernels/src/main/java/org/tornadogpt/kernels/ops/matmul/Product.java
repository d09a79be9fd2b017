package org.tornadogpt.kernels.ops.matmul;

import org.tornadogpt.kernels.ops.matmul.MatMul.Shape;

/**
 * One of a layer's products as kernels for work-groups see it: {@code c[i,j] = sum over p of a[i,p] b[p,j]}.
 *
 * @param stored how the operands lie in memory: by the first two flags of {@code ProductTile}
 */
public record Product(int I, int J, int P, int stored) {
    /** {@code x weightᵀ}: terms are neighbours in both operands. */
    public static Product forward(Shape s) {
        return new Product(s.N(), s.O(), s.K(), 0);
    }

    /** {@code dout weight}: terms are neighbours in the first operand. */
    public static Product input(Shape s) {
        return new Product(s.N(), s.K(), s.O(), ProductTile.SECOND_DOWN);
    }

    /** {@code doutᵀ x}: terms are neighbours in neither. */
    public static Product weight(Shape s) {
        return new Product(s.O(), s.K(), s.N(), ProductTile.FIRST_DOWN + ProductTile.SECOND_DOWN);
    }

    /** Whether a is stored (P, I), not (I, P). */
    public boolean firstDown() {
        return (stored & ProductTile.FIRST_DOWN) > 0;
    }

    /** Whether b is stored (P, J), not (J, P). */
    public boolean secondDown() {
        return (stored & ProductTile.SECOND_DOWN) > 0;
    }

    /** Tiles of that size that cover the results. */
    public int tiles(int rows, int columns) {
        return Math.ceilDiv(I, rows) * Math.ceilDiv(J, columns);
    }
}
