package org.tornadogpt.trainer.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tornadogpt.kernels.memory.Slice;

/** The records' frame is checked here; that TensorBoard reads them, by tools/serve/tensorboard_check.py. */
class EventFileTest {
    @TempDir
    private Path folder;

    private static List<Metric> metrics(int steps) {
        List<Metric> metrics = new ArrayList<>();
        for (int i = 1; i <= steps; i++) {
            metrics.add(Metric.step(i, 4f / i, 1e-3f, 0.5f, 12.5, 1000, i));
        }
        metrics.add(Metric.eval(steps, 4.0 / steps, 5.0 / steps, steps));
        return metrics;
    }

    private byte[] bytes() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> found = files.toList();
            assertThat(found).hasSize(1);
            return Files.readAllBytes(found.getFirst());
        }
    }

    private static List<byte[]> records(byte... bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        List<byte[]> records = new ArrayList<>();
        while (in.hasRemaining()) {
            int at = in.position();
            byte[] data = new byte[(int) in.getLong()];
            assertThat(in.getInt()).isEqualTo(masked(bytes, at, Long.BYTES));
            in.get(data);
            assertThat(in.getInt()).isEqualTo(masked(data, 0, data.length));
            records.add(data);
        }
        return records;
    }

    private static int masked(byte[] bytes, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, length);
        int value = (int) crc.getValue();
        return Integer.rotateRight(value, 15) + 0xA282EAD8;
    }

    private static String text(byte... record) {
        return new String(record, StandardCharsets.ISO_8859_1);
    }

    @Test
    void recordsAreWhole() throws IOException {
        EventFile.write(folder, "a run", metrics(3), List.of());
        List<byte[]> records = records(bytes());
        assertThat(records).hasSize(2 + 4);
        assertThat(text(records.get(0))).contains("brain.Event:2");
        assertThat(text(records.get(1))).contains("a run", "text");
        assertThat(text(records.get(5))).contains("evaluation/validation loss");
    }

    @Test
    void whatIsThereStaysAndAResumedRunHasNoStepTwice() throws IOException {
        EventFile.write(folder, "a run", metrics(3), List.of());
        byte[] before = bytes();
        List<Metric> more = new ArrayList<>(metrics(3));
        more.add(Metric.step(4, 1f, 1e-3f, 0.5f, 12.5, 1000, 4));
        EventFile.write(folder, "a run", more, List.of());
        assertThat(bytes()).startsWith(before);
        EventFile.write(folder, "a run", metrics(2), List.of()); // killed after step 3, resumed from step 2
        assertThat(records(bytes())).hasSize(2 + 3);
    }

    private static Observation observation(long step, String sample, float... values) {
        Slice slice = Slice.allocate(values.length);
        slice.copyFrom(values);
        return new Observation(step, sample, new TreeMap<>(Map.of("w", ValueHistogram.of(slice))));
    }

    @Test
    void samplesAndHistogramsComeWithTheEvaluationOfTheirStepAlone() throws IOException {
        EventFile.write(folder, "a run", metrics(3), List.of(observation(3, "first", 1), observation(7, "later", 2)));
        List<byte[]> records = records(bytes());
        assertThat(text(records.get(5))).contains("evaluation/sample", "    first", "weights/w");
        assertThat(text(bytes())).doesNotContain("later");
        assertThat(text(records.get(4))).doesNotContain("first");
    }

    @Test
    void histogramsCountEveryValueOnce() {
        float[] values = new float[101];
        for (int i = 0; i < values.length; i++) {
            values[i] = i * i / 100f;
        }
        ValueHistogram histogram = observation(1, "", values).weights().get("w");
        assertThat(histogram.min()).isZero();
        assertThat(histogram.max()).isEqualTo(100);
        assertThat(histogram.counts()).hasSize(30);
        double below = 0;
        for (int bucket = 0; bucket < 30; bucket++) {
            double limit = histogram.limits().get(bucket);
            assertThat(limit).isCloseTo((bucket + 1) * 100 / 30.0, within(1e-9));
            int from = (int) Math.ceil(Math.sqrt(bucket * 10_000 / 30.0) - 1e-9);
            int to = bucket == 29 ? 101 : (int) Math.ceil(Math.sqrt((bucket + 1) * 10_000 / 30.0) - 1e-9);
            assertThat(histogram.counts().get(bucket)).as("bucket %d", bucket).isEqualTo(to - from);
            below += histogram.counts().get(bucket);
        }
        assertThat(below).isEqualTo(101);
        ValueHistogram same = observation(1, "", 2, 2, 2).weights().get("w");
        assertThat(same.limits()).containsExactly(2.0);
        assertThat(same.counts()).containsExactly(3.0);
    }

    @Test
    void aResumedRunObservesNoStepTwice() throws IOException {
        Path file = folder.resolve(ObservationsFile.NAME);
        for (long step : new long[] {0, 20, 40, 20, 40}) {
            ObservationsFile.put(file, observation(step, "at " + step, (float) step));
        }
        assertThat(ObservationsFile.read(file))
                .containsExactly(observation(0, "at 0", 0), observation(20, "at 20", 20), observation(40, "at 40", 40));
    }

    @Test
    void csv() throws IOException {
        Path csv = folder.resolve("metrics.csv");
        CsvFile.write(csv, metrics(2));
        assertThat(Files.readAllLines(csv)).hasSize(4).last().isEqualTo("2,eval,2.0,2.5,,,,,2.0");
    }
}
