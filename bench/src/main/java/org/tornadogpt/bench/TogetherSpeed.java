package org.tornadogpt.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Locale;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.model.GradientReducer;
import org.tornadogpt.model.MicroSteps;
import org.tornadogpt.trainer.cli.DeviceOptions;
import org.tornadogpt.trainer.cli.Io;
import org.tornadogpt.trainer.cli.RanksUse;
import org.tornadogpt.trainer.cli.Table;
import org.tornadogpt.trainer.ranks.Ranks;
import org.tornadogpt.trainer.settings.TrainSettings;
import org.tornadogpt.trainer.settings.Values;

/** Times steps that several ranks take together, and those that one takes while the others wait. */
final class TogetherSpeed {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Io io;
    private final RanksUse use;
    private final Ranks ranks;

    TogetherSpeed(Io io, RanksUse use) {
        this.io = io;
        this.use = use;
        ranks = use.ranks();
    }

    /** One row of the table. */
    private record Row(int ranks, double millis, double exchangeMillis, double tokensPerSecond) {
        double share() {
            return exchangeMillis / millis;
        }
    }

    void time(Values values, WarmUp warmUp, int steps) throws IOException {
        TrainSettings settings = TrainSettings.of(use.complete(values));
        use.check(settings);
        try (KernelChoices kernels =
                DeviceOptions.open(use.device(settings), use.threads(settings), settings.kernels())) {
            io.say("device " + DeviceOptions.explain(settings.device(), kernels.device()));
            use.describe().ifPresent(text -> io.say("ranks " + text));
            Row one = alone(settings, kernels, warmUp, steps);
            ranks.awaitLong();
            Row all = together(settings, kernels, warmUp, steps);
            print(one, all);
            ObjectNode result = JSON.createObjectNode();
            result.put("preset", settings.preset());
            result.put("device", kernels.device().id());
            result.put("ranks", ranks.size());
            result.put("exchange", use.exchange().toString());
            result.put("threads", kernels.device().threads());
            result.put("medianStepMillis", all.millis);
            result.put("exchangeShare", all.share());
            result.put("tokensPerSecond", all.tokensPerSecond);
            result.put("medianStepMillisOfOne", one.millis);
            result.put("efficiency", one.millis / all.millis);
            io.out().println(JSON.writeValueAsString(result));
        }
    }

    /** Rank 0 computes as many micro-steps as each of all does. */
    private Row alone(TrainSettings settings, KernelChoices kernels, WarmUp warmUp, int steps) {
        if (!ranks.isFirst()) {
            return new Row(1, 0, 0, 0);
        }
        int own = use.microSteps(settings).count();
        try (TimedSteps timed = new TimedSteps(settings, kernels, MicroSteps.all(own), GradientReducer.NONE)) {
            timed.warmUp(warmUp);
            return row(settings, 1, timed.run(steps), 0);
        }
    }

    private Row together(TrainSettings settings, KernelChoices kernels, WarmUp warmUp, int steps) {
        int parameters = settings.model().model().parameters().size();
        TimedReducer reducer = new TimedReducer(ranks.reducer(use.exchange(), parameters));
        try (TimedSteps timed = new TimedSteps(settings, kernels, use.microSteps(settings), reducer)) {
            timed.warmUp(warmUp, ranks);
            reducer.reset();
            StepTimes times = timed.run(steps);
            return row(settings, ranks.size(), times, reducer.millis() / steps);
        }
    }

    private Row row(TrainSettings settings, int count, StepTimes times, double exchangeMillis) {
        double tokens = (double) settings.batches().tokensPerStep() * count / ranks.size();
        return new Row(count, times.medianMillis(), exchangeMillis, tokens / times.medianMillis() * 1e3);
    }

    private void print(Row one, Row all) {
        Table table = new Table("rrrrr").row("ranks", "ms/step", "exchange", "tokens/s", "efficiency");
        for (Row row : new Row[] {one, all}) {
            table.row(
                    row.ranks,
                    number("%.2f", row.millis),
                    number("%.1f %%", 100 * row.share()),
                    number("%,.0f", row.tokensPerSecond),
                    number("%.0f %%", 100 * one.millis / row.millis));
        }
        table.print(io);
        io.say(
                "exchange: the share of a step that rank 0 spends adding up gradients, waiting for slower ranks included");
    }

    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
