package org.tornadogpt.trainer.metrics;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.tornadogpt.trainer.files.WholeFile;

/**
 * The file of events that TensorBoard reads: records of a length, a masked CRC-32C, a protocol buffer {@code Event},
 * and another masked CRC-32C. It says what {@code metrics.jsonl} says, and of each evaluation there what {@code
 * observations.jsonl} does, so that a run which was killed and resumed shows no step twice.
 */
public final class EventFile {
    private static final Pattern NAME = Pattern.compile("events\\.out\\.tfevents\\.(\\d+)\\.tgpt");
    private static final int MASK_DELTA = 0xA282EAD8;

    /**
     * Fields of Event, Summary, Summary.Value and the messages in it: see TensorFlow's event.proto and summary.proto.
     */
    private static final int EVENT_WALL_TIME = 1;

    private static final int EVENT_STEP = 2;
    private static final int EVENT_VERSION = 3;
    private static final int EVENT_SUMMARY = 5;
    private static final int SUMMARY_VALUE = 1;
    private static final int VALUE_TAG = 1;
    private static final int VALUE_SIMPLE = 2;
    private static final int VALUE_HISTOGRAM = 5;
    private static final int VALUE_TENSOR = 8;
    private static final int VALUE_METADATA = 9;
    private static final int HISTOGRAM_MIN = 1;
    private static final int HISTOGRAM_MAX = 2;
    private static final int HISTOGRAM_COUNT = 3;
    private static final int HISTOGRAM_SUM = 4;
    private static final int HISTOGRAM_SQUARES = 5;
    private static final int HISTOGRAM_LIMITS = 6;
    private static final int HISTOGRAM_BUCKETS = 7;
    private static final int METADATA_PLUGIN = 1;
    private static final int PLUGIN_NAME = 1;
    private static final int TENSOR_TYPE = 1;
    private static final int TENSOR_SHAPE = 2;
    private static final int TENSOR_STRING = 8;
    private static final int TYPE_STRING = 7;

    private EventFile() {}

    /**
     * Brings the folder's file up to what the metrics say. What is there already is left, and what is new is added, so
     * that a TensorBoard which reads meanwhile goes on; if something else is there, the file is written anew.
     *
     * @param text about the run, shown with its first step
     * @param observations shown with the evaluations of their steps; those that have none are left out
     */
    public static void write(Path folder, String text, List<Metric> metrics, List<Observation> observations)
            throws IOException {
        Path file = find(folder);
        if (file == null) {
            long now = System.currentTimeMillis() / 1000;
            file = folder.resolve("events.out.tfevents." + now + ".tgpt");
        }
        byte[] bytes = bytes(start(file), text, metrics, observations);
        byte[] there = Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
        if (there.length <= bytes.length && Arrays.equals(there, 0, there.length, bytes, 0, there.length)) {
            append(file, bytes, there.length);
        } else {
            WholeFile.write(file, bytes);
        }
    }

    private static void append(Path file, byte[] bytes, int from) throws IOException {
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
            ByteBuffer rest = ByteBuffer.wrap(bytes, from, bytes.length - from);
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
        }
    }

    private static Path find(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(
                            path -> NAME.matcher(path.getFileName().toString()).matches())
                    .findFirst()
                    .orElse(null);
        }
    }

    /** Seconds since 1970 when the run began, which the name keeps. */
    private static double start(Path file) {
        Matcher matcher = NAME.matcher(file.getFileName().toString());
        if (!matcher.matches()) {
            throw new IllegalStateException(file.toString());
        }
        return Double.parseDouble(matcher.group(1));
    }

    private static byte[] bytes(double start, String text, List<Metric> metrics, List<Observation> observations) {
        Map<Long, Observation> byStep =
                observations.stream().collect(Collectors.toMap(Observation::step, o -> o, (first, second) -> second));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Proto version = new Proto().number(EVENT_WALL_TIME, start);
        record(out, version.text(EVENT_VERSION, "brain.Event:2"));
        record(out, event(start, 0, List.of(text("run", text))));
        for (Metric metric : metrics) {
            double time = start + (metric.elapsedSeconds() == null ? 0 : metric.elapsedSeconds());
            List<Proto> values = values(metric);
            Observation seen = metric.isEvaluation() ? byStep.get(metric.step()) : null;
            if (seen != null) {
                values.addAll(values(seen));
            }
            record(out, event(time, metric.step(), values));
        }
        return out.toByteArray();
    }

    private static List<Proto> values(Metric metric) {
        List<Proto> values = new ArrayList<>();
        String kind = metric.isEvaluation() ? "evaluation" : "step";
        scalar(values, kind + "/training loss", metric.trainLoss());
        scalar(values, kind + "/validation loss", metric.valLoss());
        scalar(values, kind + "/learning rate", metric.learningRate());
        scalar(values, kind + "/gradient norm", metric.gradNorm());
        scalar(values, kind + "/tokens per second", metric.tokensPerSecond());
        return values;
    }

    private static void scalar(List<Proto> values, String tag, Double value) {
        if (value != null) {
            values.add(new Proto().text(VALUE_TAG, tag).single(VALUE_SIMPLE, value.floatValue()));
        }
    }

    private static List<Proto> values(Observation seen) {
        List<Proto> values = new ArrayList<>();
        values.add(text("evaluation/sample", verbatim(seen.sample())));
        seen.weights()
                .forEach((name, histogram) -> values.add(
                        new Proto().text(VALUE_TAG, "weights/" + name).message(VALUE_HISTOGRAM, proto(histogram))));
        return values;
    }

    /** TensorBoard takes texts for Markdown, in which indented lines are shown as they are. */
    private static String verbatim(String text) {
        return "    " + text.replace("\n", "\n    ");
    }

    private static Proto proto(ValueHistogram histogram) {
        return new Proto()
                .number(HISTOGRAM_MIN, histogram.min())
                .number(HISTOGRAM_MAX, histogram.max())
                .number(HISTOGRAM_COUNT, histogram.count())
                .number(HISTOGRAM_SUM, histogram.sum())
                .number(HISTOGRAM_SQUARES, histogram.sumOfSquares())
                .numbers(HISTOGRAM_LIMITS, histogram.limits())
                .numbers(HISTOGRAM_BUCKETS, histogram.counts());
    }

    private static Proto text(String tag, String text) {
        Proto metadata = new Proto().message(METADATA_PLUGIN, new Proto().text(PLUGIN_NAME, "text"));
        Proto tensor = new Proto()
                .integer(TENSOR_TYPE, TYPE_STRING)
                .message(TENSOR_SHAPE, new Proto())
                .text(TENSOR_STRING, text);
        return new Proto().text(VALUE_TAG, tag).message(VALUE_TENSOR, tensor).message(VALUE_METADATA, metadata);
    }

    private static Proto event(double time, long step, List<Proto> values) {
        Proto summary = new Proto();
        values.forEach(value -> summary.message(SUMMARY_VALUE, value));
        return new Proto()
                .number(EVENT_WALL_TIME, time)
                .integer(EVENT_STEP, step)
                .message(EVENT_SUMMARY, summary);
    }

    private static void record(ByteArrayOutputStream out, Proto event) {
        byte[] data = event.bytes.toByteArray();
        ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        length.putLong(0, data.length);
        out.writeBytes(length.array());
        out.writeBytes(masked(length.array()));
        out.writeBytes(data);
        out.writeBytes(masked(data));
    }

    private static byte[] masked(byte... data) {
        CRC32C crc = new CRC32C();
        crc.update(data);
        int masked = Integer.rotateRight((int) crc.getValue(), 15) + MASK_DELTA;
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(masked)
                .array();
    }

    /** A protocol buffer. */
    private static final class Proto {
        private static final int VARINT = 0;
        private static final int EIGHT_BYTES = 1;
        private static final int DELIMITED = 2;
        private static final int FOUR_BYTES = 5;

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        private void varint(long value) {
            long rest = value;
            while ((rest & ~0x7FL) != 0) {
                bytes.write((int) ((rest & 0x7F) | 0x80));
                rest >>>= 7;
            }
            bytes.write((int) rest);
        }

        private void key(int field, int type) {
            varint(((long) field << 3) | type);
        }

        Proto integer(int field, long value) {
            key(field, VARINT);
            varint(value);
            return this;
        }

        Proto number(int field, double value) {
            key(field, EIGHT_BYTES);
            bytes.writeBytes(ByteBuffer.allocate(Double.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putDouble(value)
                    .array());
            return this;
        }

        Proto numbers(int field, List<Double> values) {
            ByteBuffer packed =
                    ByteBuffer.allocate(values.size() * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            values.forEach(packed::putDouble);
            return bytes(field, packed.array());
        }

        Proto single(int field, float value) {
            key(field, FOUR_BYTES);
            bytes.writeBytes(ByteBuffer.allocate(Float.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putFloat(value)
                    .array());
            return this;
        }

        Proto text(int field, String value) {
            return bytes(field, value.getBytes(StandardCharsets.UTF_8));
        }

        Proto message(int field, Proto value) {
            return bytes(field, value.bytes.toByteArray());
        }

        private Proto bytes(int field, byte... value) {
            key(field, DELIMITED);
            varint(value.length);
            bytes.writeBytes(value);
            return this;
        }
    }
}
