package org.tornadogpt.checks.oracle;

import java.math.BigInteger;
import org.tornadogpt.kernels.kernel.random.Dropout;

/** Philox 4x32-10 and the dropout mask once more, straight from their definitions and with no regard to speed. */
public final class ReferenceMask {
    private static final BigInteger WORD = BigInteger.ONE.shiftLeft(32);

    private ReferenceMask() {}

    public static long[] philox(long[] counter, long[] key) {
        long[] c = counter.clone();
        long[] k = key.clone();
        for (int round = 0; round < 10; round++) {
            BigInteger[] a = BigInteger.valueOf(0xD2511F53L)
                    .multiply(BigInteger.valueOf(c[0]))
                    .divideAndRemainder(WORD);
            BigInteger[] b = BigInteger.valueOf(0xCD9E8D57L)
                    .multiply(BigInteger.valueOf(c[2]))
                    .divideAndRemainder(WORD);
            c = new long[] {
                b[0].longValue() ^ c[1] ^ k[0], b[1].longValue(), a[0].longValue() ^ c[3] ^ k[1], a[1].longValue()
            };
            k[0] = (k[0] + 0x9E3779B9L) % (1L << 32);
            k[1] = (k[1] + 0xBB67AE85L) % (1L << 32);
        }
        return c;
    }

    /** What the element is multiplied by. */
    public static double factor(Dropout dropout, int row, int column) {
        if (!dropout.isActive()) {
            return 1;
        }
        long[] key = {unsigned(dropout, 0), unsigned(dropout, 1)};
        long[] counter = {column / 8, row, dropout.site() + 65536 * unsigned(dropout, 3), unsigned(dropout, 2)};
        long word = philox(counter, key)[column % 8 / 2];
        long bits = column % 2 == 0 ? word % 65536 : word / 65536;
        return bits >= Math.round(dropout.probability() * 65536) ? 1 / (1 - (double) dropout.probability()) : 0;
    }

    private static long unsigned(Dropout dropout, int index) {
        return Integer.toUnsignedLong(dropout.counters().array().get(index));
    }
}
