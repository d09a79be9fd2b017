package org.tornadogpt.bench;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.tornadogpt.TornadoGpt;
import org.tornadogpt.model.CharTokenizer;
import org.tornadogpt.model.GptConfig;
import org.tornadogpt.model.training.TrainingPlan;

/**
 * Trains until steps allocate next to nothing, at most for as many steps as its argument says, and prints the least
 * number of bytes that fifty steps allocated, each. Until C2 has compiled everything, steps allocate whatever it
 * inlines.
 */
final class AllocationProbe {
    private static final int WINDOW = 50;
    private static final String TEXT = "To be, or not to be, that is the question. ".repeat(9);

    /** Bytes a step that count as nothing. */
    static final int NOTHING = 2_000;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private long before = threads.getCurrentThreadAllocatedBytes();
    private long least = Long.MAX_VALUE;

    private AllocationProbe() {}

    public static void main(String[] args) {
        new AllocationProbe().train(Integer.parseInt(args[0]));
    }

    private void train(int mostSteps) {
        GptConfig config = GptConfig.builder(1, 32, 64, 4, 1).dropout(0.1f).build();
        try (TornadoGpt gpt = TornadoGpt.on("cpu").threads(1).create(config, CharTokenizer.of(TEXT))) {
            TrainingPlan plan = TrainingPlan.ofSteps(WINDOW).withListener((step, loss) -> window(step));
            while (gpt.steps() < mostSteps && least > NOTHING) {
                gpt.train(TEXT, plan);
            }
            System.out.println(gpt.steps() + " steps, " + least);
        }
    }

    private void window(long step) {
        if (step % WINDOW == 1) {
            before = threads.getCurrentThreadAllocatedBytes();
        } else if (step % WINDOW == 0) {
            least = Math.min(least, (threads.getCurrentThreadAllocatedBytes() - before) / (WINDOW - 1));
        }
    }
}
