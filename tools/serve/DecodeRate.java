import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.tornadogpt.kernels.device.jvm.CpuDevice;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.model.Checkpoint;
import org.tornadogpt.model.DecodeSession;
import org.tornadogpt.model.Weights;

/**
 * Tokens per second of a DecodeSession with 1, 8 and 32 sequences, in turn in one JVM, so that a busy machine slows all
 * alike: medians of the steps' times, and of the quickest quarter.
 *
 * <pre>java --add-modules jdk.incubator.vector -cp 'bench/target/lib/*' tools/serve/DecodeRate.java runs/NAME/best [THREADS]</pre>
 */
public class DecodeRate {
    private static final int ROUNDS = 15;
    private static final int WARM = 10;
    private static final int STEPS = 100;

    public static void main(String[] args) throws Exception {
        Checkpoint checkpoint = Checkpoint.open(Path.of(args[0]));
        int threads = args.length > 1 ? Integer.parseInt(args[1]) : Runtime.getRuntime().availableProcessors();
        try (CpuDevice device = new CpuDevice(threads)) {
            Weights weights = new Weights(checkpoint.config().model(), device);
            checkpoint.restore(weights);
            int[] counts = {1, 8, 32};
            List<DecodeSession> sessions = new ArrayList<>();
            for (int count : counts) {
                sessions.add(new DecodeSession(weights, KernelChoices.defaults(device), count));
            }
            List<List<Long>> times = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
            for (int round = 0; round < WARM + ROUNDS; round++) {
                for (int i = 0; i < counts.length; i++) {
                    long[] steps = round(sessions.get(i), counts[i]);
                    if (round >= WARM) {
                        Arrays.stream(steps).forEach(times.get(i)::add);
                    }
                }
            }
            for (double share : new double[] {0.5, 0.125}) {
                double one = 0;
                for (int i = 0; i < counts.length; i++) {
                    List<Long> sorted = times.get(i).stream().sorted().toList();
                    double rate = counts[i] * 1e9 / sorted.get((int) (share * sorted.size()));
                    one = i == 0 ? rate : one;
                    System.out.printf(
                            Locale.ROOT,
                            "%s: %2d sequences %,8.0f tokens/s, %.2f times one%n",
                            share == 0.5 ? "median" : "quickest quarter",
                            counts[i],
                            rate,
                            rate / one);
                }
            }
        }
    }

    private static long[] round(DecodeSession session, int count) {
        List<DecodeSession.Sequence> sequences = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            sequences.add(session.open(i % 7));
        }
        long[] times = new long[STEPS];
        for (int step = 0; step < STEPS; step++) {
            int token = step % 7;
            if (step > 0) {
                sequences.forEach(s -> s.append(token));
            }
            long start = System.nanoTime();
            session.step(sequences);
            times[step] = System.nanoTime() - start;
        }
        sequences.forEach(DecodeSession.Sequence::close);
        return times;
    }
}
