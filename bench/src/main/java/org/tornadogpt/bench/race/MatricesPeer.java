package org.tornadogpt.bench.race;

import java.io.File;
import java.lang.module.Configuration;
import java.lang.module.ModuleFinder;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * The matrix product that comes with a TornadoVM SDK ({@code tornado-matrices}), on this JVM: one more opinion on what a
 * product is, and how fast plain Java is. It is in no registry that builds reach, so it is found at run time, on the
 * SDK's module path, where it brings an older EJML with it.
 */
public final class MatricesPeer {
    private static final String NAME = "tornado-matrices";
    private static final String MODULE = "tornado.matrices";
    private static final int RUNS = 5;
    private static final double MOST_MILLIS = 60_000;
    private static final double ALLOWED = 1e-5;

    private final Class<?> matrix;
    private final Method sgemm;

    private MatricesPeer(Class<?> matrix, Method sgemm) {
        this.matrix = matrix;
        this.sgemm = sgemm;
    }

    /** Why there is no such library in this JVM. */
    public static final class Missing extends Exception {
        private static final long serialVersionUID = 1L;

        Missing(String message) {
            super(message);
        }
    }

    /**
     * Finds the library.
     *
     * @throws Missing if there is none, with the reason
     */
    public static MatricesPeer find() throws Missing {
        String path = System.getProperty("jdk.module.path");
        if (path == null) {
            throw new Missing("this JVM was started without a TornadoVM SDK (--device tornado)");
        }
        Path[] folders =
                Arrays.stream(path.split(File.pathSeparator)).map(Path::of).toArray(Path[]::new);
        ModuleFinder finder = ModuleFinder.of(folders);
        if (finder.find(MODULE).isEmpty()) {
            throw new Missing("the SDK has no module " + MODULE);
        }
        try {
            ModuleLayer boot = ModuleLayer.boot();
            Configuration found = boot.configuration().resolve(ModuleFinder.of(), finder, Set.of(MODULE));
            ClassLoader loader = boot.defineModulesWithOneLoader(found, ClassLoader.getSystemClassLoader())
                    .findLoader(MODULE);
            Class<?> type = loader.loadClass("uk.ac.manchester.tornado.api.types.matrix.Matrix2DFloat");
            return new MatricesPeer(
                    type,
                    loader.loadClass("uk.ac.manchester.tornado.matrix.MatrixMath")
                            .getMethod("sgemm", type, type, type));
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            throw new Missing("the SDK's module " + MODULE + " cannot be used: " + e);
        }
    }

    /** A lap at each shape; what is missing or would take too long says so. */
    public static List<Lap> laps(RaceReport report, String shapes) {
        List<Lap> laps = new ArrayList<>();
        for (RaceShape shape : RaceShape.parse(report.operation(), shapes)) {
            try {
                laps.add(find().lap(report, shape));
            } catch (Missing e) {
                laps.add(Lap.untimed(NAME, shape, "not timed: " + e.getMessage()));
            }
        }
        return laps;
    }

    /** (rows, columns) as the library has it. */
    private Object matrix(float[] values, int rows, int columns) throws ReflectiveOperationException {
        Object made = matrix.getConstructor(int.class, int.class).newInstance(rows, columns);
        Method set = matrix.getMethod("set", int.class, int.class, float.class);
        for (int i = 0; i < values.length; i++) {
            set.invoke(made, i / columns, i % columns, values[i]);
        }
        return made;
    }

    /** left (I, P) times right (P, J), row-major. */
    public float[] product(float[] left, float[] right, int I, int P, int J) {
        try {
            Object out = matrix(new float[0], I, J);
            sgemm.invoke(null, matrix(left, I, P), matrix(right, P, J), out);
            Method get = matrix.getMethod("get", int.class, int.class);
            float[] values = new float[I * J];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) get.invoke(out, i / J, i % J);
            }
            return values;
        } catch (InvocationTargetException e) {
            throw new IllegalStateException("the SDK's product fails: " + e.getCause(), e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the SDK's product cannot be called: " + e, e);
        }
    }

    private Lap lap(RaceReport report, RaceShape shape) {
        int N = shape.sizes().get(0);
        int K = shape.sizes().get(1);
        int O = shape.sizes().get(2);
        try {
            if (!isRight()) {
                return Lap.untimed(NAME, shape, "WRONG: its product of 3x5 and 5x4 is not that of double precision");
            }
            double[] millis = new double[RUNS];
            for (int run = 0; run < RUNS; run++) {
                millis[run] = time(N, K, O) + time(N, O, K) + time(O, N, K);
                if (millis[run] * RUNS > MOST_MILLIS) {
                    return Lap.untimed(
                            NAME,
                            shape,
                            String.format(
                                    Locale.ROOT,
                                    "not timed: about %.0f min",
                                    Math.ceil(millis[run] * RUNS / MOST_MILLIS)));
                }
            }
            Arrays.sort(millis);
            double median = millis[RUNS / 2];
            String note = "one thread of this JVM, not in turn"
                    + report.base(shape)
                            .map(b -> String.format(
                                    Locale.ROOT, ", %.3f times %s's speed", b.millis() / median, b.variant()))
                            .orElse("");
            return new Lap(
                    NAME,
                    shape.sizes(),
                    shape.size(),
                    note,
                    median,
                    6.0 * N * K * O / median / 1e6,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null);
        } catch (ReflectiveOperationException e) {
            return Lap.untimed(NAME, shape, "not timed: " + e);
        }
    }

    /** Against double precision, for a library's product is no better than ours until it is seen to be right. */
    private boolean isRight() {
        float[] left = random(15, 1);
        float[] right = random(20, 2);
        float[] out = product(left, right, 3, 5, 4);
        for (int i = 0; i < out.length; i++) {
            double sum = 0;
            for (int p = 0; p < 5; p++) {
                sum += (double) left[i / 4 * 5 + p] * right[p * 4 + i % 4];
            }
            if (!(Math.abs(out[i] - sum) <= ALLOWED)) {
                return false;
            }
        }
        return true;
    }

    private double time(int I, int P, int J) throws ReflectiveOperationException {
        Object left = matrix(random(I * P, 1), I, P);
        Object right = matrix(random(P * J, 2), P, J);
        Object out = matrix(new float[0], I, J);
        long start = System.nanoTime();
        sgemm.invoke(null, left, right, out);
        return (System.nanoTime() - start) / 1e6;
    }

    private static float[] random(int size, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (random.nextInt() >> 8) * 0x1p-23f;
        }
        return values;
    }
}
