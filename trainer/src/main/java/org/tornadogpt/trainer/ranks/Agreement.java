package org.tornadogpt.trainer.ranks;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.tornadogpt.kernels.memory.Slice;

/** Makes sure that all ranks have the same. */
public final class Agreement {
    private static final int PARTS = 8;

    private final Ranks ranks;

    public Agreement(Ranks ranks) {
        this.ranks = ranks;
    }

    /**
     * Compares a text.
     *
     * @param what it is, for the message
     * @throws RanksException if a rank has another one than rank 0
     */
    public void on(String what, String text) {
        if (ranks.size() > 1) {
            byte[] sum = sha256(text);
            double[] parts = new double[PARTS];
            for (int i = 0; i < sum.length; i++) {
                int part = i * PARTS / sum.length;
                parts[part] = parts[part] * 256 + (sum[i] & 0xFF);
            }
            require(what, ranks.gather(parts), parts.length, "give all of them the same");
        }
    }

    /**
     * Compares values by a checksum.
     *
     * @param step the last one that changed them
     */
    public void onParameters(Slice values, long step) {
        if (ranks.size() > 1) {
            CRC32C sum = new CRC32C();
            sum.update(values.segment()
                    .asSlice(values.byteAt(0), (long) values.length() * Float.BYTES)
                    .asByteBuffer());
            require(
                    "parameters after step " + step,
                    ranks.gather((double) sum.getValue()),
                    1,
                    "its machine or its memory computes wrongly, or its program differs");
        }
    }

    private void require(String what, double[] all, int width, String advice) {
        double[] first = Arrays.copyOf(all, width);
        for (int rank = 1; rank < ranks.size(); rank++) {
            if (!Arrays.equals(first, Arrays.copyOfRange(all, rank * width, (rank + 1) * width))) {
                throw new RanksException("rank " + rank + " has other " + what + " than rank 0: " + advice);
            }
        }
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
