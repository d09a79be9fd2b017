package org.tornadogpt.bench;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.tornadogpt.trainer.settings.TrainSettings;
import org.tornadogpt.trainer.settings.UsageException;
import org.tornadogpt.trainer.settings.Values;

/**
 * Two sides to compare.
 *
 * @param here this build's settings
 * @param against the other's
 * @param build the other build
 */
record Comparison(Values here, Values against, Build build) {
    private static final String DEVICE = "device";

    /**
     * How much to do.
     *
     * @param repeats how often to begin anew, with classes loaded and compiled and memory taken again
     * @param warmUp untimed steps of each side in each repeat
     * @param rounds timed steps of each side in each repeat
     * @param profile whether each side also takes a step operation by operation in each round
     */
    record Plan(int repeats, WarmUp warmUp, int rounds, boolean profile) {}

    Comparison {
        onThisJvm(here);
        onThisJvm(against);
    }

    /** Whichever GPU there may be, {@code auto} is the processor here. */
    private static void onThisJvm(Values values) {
        String device = TrainSettings.of(values).device();
        if (device.startsWith("tornado")) {
            throw new UsageException("--against compares on the devices cpu and sequential, not on " + device
                    + ": a JVM loads TornadoVM and its drivers once, not once for each build");
        }
        values.set(DEVICE, device.equals("auto") ? "cpu" : device);
    }

    /** What the other side has other than this one, as it was given. */
    List<String> differences() {
        List<String> differences = new ArrayList<>();
        for (String key : against.keys()) {
            if (!against.get(key).equals(here.get(key))) {
                differences.add(key + "=" + against.get(key).orElseThrow());
            }
        }
        against.kernels().forEach((operation, variant) -> {
            if (!variant.equals(here.kernels().get(operation))) {
                differences.add(operation + "=" + variant);
            }
        });
        return differences;
    }

    /** Says to {@code out} what is compared, and how far it has come. */
    Outcomes run(Plan plan, PrintWriter out) {
        List<Outcome> outcomes = new ArrayList<>();
        for (int repeat = 0; repeat < plan.repeats(); repeat++) {
            outcomes.add(repeat(repeat, plan, out));
        }
        return new Outcomes(outcomes);
    }

    /** The side that is opened first may have the better place in memory: that, too, changes from repeat to repeat. */
    private Outcome repeat(int repeat, Plan plan, PrintWriter out) {
        boolean hereFirst = repeat % 2 == 0;
        try (Side first = hereFirst ? openHere() : openAgainst();
                Side second = hereFirst ? openAgainst() : openHere()) {
            Rounds rounds = hereFirst ? new Rounds(first, second) : new Rounds(second, first);
            if (repeat == 0) {
                out.println("here:    " + Build.running() + "; " + rounds.here().device());
                out.println("against: " + build + "; " + rounds.against().device());
                out.println(differences().isEmpty() ? "same settings" : "settings of against only: " + differences());
            }
            int untimed = rounds.warmUp(plan.warmUp());
            out.printf(
                    Locale.ROOT,
                    "repeat %d of %d: %d steps of each side in turn, after %d untimed%n",
                    repeat + 1,
                    plan.repeats(),
                    plan.rounds(),
                    untimed);
            out.flush();
            return rounds.run(plan.rounds(), plan.profile());
        }
    }

    private Side openHere() {
        return open(Build.running(), here);
    }

    private Side openAgainst() {
        return open(build, against);
    }

    private static Side open(Build build, Values values) {
        Map<String, String> settings = new LinkedHashMap<>();
        values.keys().forEach(key -> settings.put(key, values.get(key).orElseThrow()));
        return build.open(settings, new LinkedHashMap<>(values.kernels()));
    }
}
