package org.tornadogpt.serve.engine;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** What the engine counts. */
public final class EngineMetrics {
    private final LongAdder promptTokens = new LongAdder();
    private final LongAdder tokens = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final Map<TextListener.Ending, LongAdder> endings = new EnumMap<>(TextListener.Ending.class);
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger waiting = new AtomicInteger();
    private final Histogram firstToken = new Histogram();
    private final Histogram step = new Histogram();

    EngineMetrics() {
        for (TextListener.Ending ending : TextListener.Ending.values()) {
            endings.put(ending, new LongAdder());
        }
    }

    void prompt(int count) {
        promptTokens.add(count);
    }

    /** @param firstNanos since the request, if it is a text's first token, else -1 */
    void token(long firstNanos) {
        tokens.increment();
        if (firstNanos >= 0) {
            firstToken.add(firstNanos / 1e9);
        }
    }

    void step(long nanos) {
        step.add(nanos / 1e9);
    }

    void ended(TextListener.Ending ending) {
        endings.get(ending).increment();
    }

    void refused() {
        refused.increment();
    }

    void sizes(int runningNow, int waitingNow) {
        running.set(runningNow);
        waiting.set(waitingNow);
    }

    /** Texts that are being written. */
    public int running() {
        return running.get();
    }

    /** Texts that wait for a slot. */
    public int waiting() {
        return waiting.get();
    }

    /** In Prometheus' text format. */
    public void print(StringBuilder out) {
        value(out, "tgpt_prompt_tokens_total", "counter", "Tokens of prompts.", promptTokens.sum());
        value(out, "tgpt_generated_tokens_total", "counter", "Tokens written.", tokens.sum());
        value(out, "tgpt_refused_total", "counter", "Requests refused because the queue was full.", refused.sum());
        value(out, "tgpt_texts_running", "gauge", "Texts that are being written.", running());
        value(out, "tgpt_texts_waiting", "gauge", "Texts that wait for a slot.", waiting());
        out.append("# HELP tgpt_texts_total Texts that ended.\n# TYPE tgpt_texts_total counter\n");
        for (TextListener.Ending ending : TextListener.Ending.values()) {
            out.append("tgpt_texts_total{ending=\"")
                    .append(ending.name().toLowerCase(Locale.ROOT))
                    .append("\"} ")
                    .append(endings.get(ending).sum())
                    .append('\n');
        }
        firstToken.print(out, "tgpt_first_token_seconds", "From a request to the first token of a text.");
        step.print(out, "tgpt_step_seconds", "A step of the running batch.");
    }

    /** A line of Prometheus' text format with what belongs to it. */
    public static void value(StringBuilder out, String name, String type, String help, long value) {
        out.append("# HELP ").append(name).append(' ').append(help).append('\n');
        out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
        out.append(name).append(' ').append(value).append('\n');
    }
}
