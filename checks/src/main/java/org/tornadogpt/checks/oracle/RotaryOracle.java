package org.tornadogpt.checks.oracle;

import org.tornadogpt.kernels.ops.attention.AttentionShape;

/** Rotary position embedding in double precision: pairs of components as complex numbers, turned by their angle. */
public final class RotaryOracle {
    private final AttentionShape s;
    private final int[] positions;
    private final double theta;

    /** @param positions one for each row */
    public RotaryOracle(AttentionShape s, int[] positions, double theta) {
        this.s = s;
        this.positions = positions;
        this.theta = theta;
    }

    /** Every row at its place in its sequence. */
    public static RotaryOracle ofSequences(AttentionShape s, double theta) {
        int[] positions = new int[s.rows()];
        for (int n = 0; n < positions.length; n++) {
            positions[n] = n % s.T();
        }
        return new RotaryOracle(s, positions, theta);
    }

    public static double angle(int position, int i, int D, double theta) {
        return position / Math.pow(theta, 2.0 * i / D);
    }

    /** The table for positions below {@code count}, rounded to floats. */
    public float[] table(int count) {
        float[] table = new float[count * s.D()];
        for (int p = 0; p < count; p++) {
            for (int i = 0; i < s.D() / 2; i++) {
                table[p * s.D() + i] = (float) Math.cos(angle(p, i, s.D(), theta));
                table[p * s.D() + s.D() / 2 + i] = (float) Math.sin(angle(p, i, s.D(), theta));
            }
        }
        return table;
    }

    public double[] rotated(double[] qkv) {
        return turned(qkv, 1);
    }

    /** The gradient of {@code qkv} from that of {@link #rotated}: the transpose of each pair's matrix. */
    public double[] gradient(double[] dqkv) {
        return turned(dqkv, -1);
    }

    private double[] turned(double[] qkv, int direction) {
        double[] out = qkv.clone();
        for (int n = 0; n < positions.length; n++) {
            for (int h = 0; h < s.heads() + s.kvHeads(); h++) {
                int head = n * s.packedWidth() + h * s.D();
                for (int i = 0; i < s.D() / 2; i++) {
                    double real = qkv[head + i];
                    double imaginary = qkv[head + s.D() / 2 + i];
                    double phase = Math.atan2(imaginary, real) + direction * angle(positions[n], i, s.D(), theta);
                    out[head + i] = Math.hypot(real, imaginary) * Math.cos(phase);
                    out[head + s.D() / 2 + i] = Math.hypot(real, imaginary) * Math.sin(phase);
                }
            }
        }
        return out;
    }
}
