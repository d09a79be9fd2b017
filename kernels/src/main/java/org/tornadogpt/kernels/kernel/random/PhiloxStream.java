package org.tornadogpt.kernels.kernel.random;

/**
 * A sequence of random numbers for the host: initial weights, the order of the data, sampling. Everything is a function
 * of seed, stream and {@link #position}, so a stream is resumed by its position alone. Its counters never meet those of
 * dropout masks, whose fourth word is a step and hence not negative. The same on every JVM: logarithms and cosines are
 * {@link StrictMath}'s.
 */
public final class PhiloxStream {
    private static final double TWO_PI = 2 * Math.PI;
    private static final float ULP_24 = 1f / (1 << 24);
    private static final double ULP_32 = 1.0 / (1L << 32);

    private final int seedLow;
    private final int seedHigh;
    private final int stream;
    private long position;

    /** The stream's first number comes next. {@code stream} is not negative; different streams are independent. */
    public PhiloxStream(long seed, int stream) {
        if (stream < 0) {
            throw new IllegalArgumentException("a stream's number must not be negative, got " + stream);
        }
        seedLow = (int) seed;
        seedHigh = (int) (seed >> 32);
        this.stream = stream;
    }

    /** How many 32-bit words have been taken. */
    public long position() {
        return position;
    }

    /** Continues as if {@code words} words had been taken. */
    public void seek(long words) {
        if (words < 0) {
            throw new IllegalArgumentException("a position must not be negative, got " + words);
        }
        position = words;
    }

    /** 32 random bits. */
    public int nextInt() {
        long block = position >> 2;
        int which = (int) (position & 3);
        position++;
        return Philox.word(seedLow, seedHigh, (int) block, (int) (block >> 32), 0, -1 - stream, which);
    }

    /**
     * Uniform over 0 to {@code bound}, exclusive, without bias: Lemire 2019, "Fast random integer generation in an
     * interval".
     */
    public int nextInt(int bound) {
        if (bound <= 0) {
            throw new IllegalArgumentException("a bound must be positive, got " + bound);
        }
        long rejectBelow = (1L << 32) % bound;
        long product = Integer.toUnsignedLong(nextInt()) * bound;
        while ((product & 0xFFFFFFFFL) < rejectBelow) {
            product = Integer.toUnsignedLong(nextInt()) * bound;
        }
        return (int) (product >> 32);
    }

    /** Uniform over [0, 1), a multiple of 2^-24. */
    public float nextFloat() {
        return ((nextInt() >> 8) & 0xFFFFFF) * ULP_24;
    }

    /** Uniform over [0, 1), a multiple of 2^-32. */
    public double nextDouble() {
        return Integer.toUnsignedLong(nextInt()) * ULP_32;
    }

    /** Standard normal (Box and Muller 1958), from two words; at most 6.7 in size. */
    public float nextGaussian() {
        double radius = StrictMath.sqrt(-2 * StrictMath.log(nextDouble() + 0.5 * ULP_32));
        return (float) (radius * StrictMath.cos(TWO_PI * nextDouble()));
    }
}
