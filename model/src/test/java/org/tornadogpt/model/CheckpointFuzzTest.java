package org.tornadogpt.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ContainerNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tornadogpt.kernels.device.jvm.SequentialDevice;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.model.internal.Json;

/**
 * More than a thousand checkpoints, each changed in one to three places by a random generator of a fixed seed and
 * sealed with checksums that fit. Whatever they hold, opening and restoring ends well or with the project's own
 * exception, soon, and allocates no more than twice the files.
 */
class CheckpointFuzzTest {
    private static final int CASES = 400;
    private static final List<String> FILES =
            List.of(Checkpoint.MODEL, Checkpoint.CONFIG, Checkpoint.TOKENIZER, Checkpoint.OPTIMIZER);

    /** What reading a good one takes besides: buffers of the JSON library and of file channels. */
    private static final long ALLOWANCE = 250_000;

    private static final long SLOW_NANOS = 5_000_000_000L;

    private final ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final Map<String, byte[]> good = new LinkedHashMap<>();
    private SequentialDevice device;
    private TrainingSession session;

    @TempDir
    private Path runs;

    private Path folder;
    private Path secret;
    private SplittableRandom random;

    @BeforeEach
    void write() throws IOException {
        folder = runs.resolve("last");
        ForgedCheckpoint.write(folder);
        for (String name : FILES) {
            good.put(name, Files.readAllBytes(folder.resolve(name)));
        }
        good.put(Checkpoint.STATE, Files.readAllBytes(folder.resolve(Checkpoint.STATE)));
        secret = Files.writeString(runs.resolve("secret"), "outside");
        device = new SequentialDevice();
        session = new TrainingSession(ForgedCheckpoint.CONFIG.model(), KernelChoices.defaults(device), 1, 1);
    }

    @AfterEach
    void close() {
        session.close();
        device.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 22, 333})
    void nothingElseThanTheProjectsOwnException(long seed) throws IOException {
        random = new SplittableRandom(seed);
        open(); // loads classes
        open();
        int opened = 0;
        for (int i = 0; i < CASES; i++) {
            List<String> changes = change();
            long before = thread.getCurrentThreadAllocatedBytes();
            long start = System.nanoTime();
            String outcome = open();
            long allocated = thread.getCurrentThreadAllocatedBytes() - before;
            assertThat(outcome).as("seed %d, case %d: %s", seed, i, changes).matches("opened|refused");
            assertThat(allocated)
                    .as("bytes allocated, seed %d, case %d: %s", seed, i, changes)
                    .isLessThan(2 * bytes() + ALLOWANCE);
            assertThat(System.nanoTime() - start).as("nanoseconds, %s", changes).isLessThan(SLOW_NANOS);
            opened += outcome.equals("opened") ? 1 : 0;
        }
        assertThat(opened).as("harmless changes").isBetween(1, CASES / 2);
    }

    private String open() {
        try {
            Checkpoint.open(folder).restore(session);
            return "opened";
        } catch (CheckpointException e) {
            return e.getMessage().contains("\n") ? "a message of several lines: " + e.getMessage() : "refused";
        } catch (IOException | RuntimeException | Error e) {
            return e.toString();
        }
    }

    private long bytes() throws IOException {
        long sum = 0;
        for (String name : good.keySet()) {
            Path file = folder.resolve(name);
            sum += Files.exists(file) ? Files.size(file) : 0;
        }
        return sum;
    }

    /** Writes all files anew and changes some; says what was done. */
    private List<String> change() throws IOException {
        for (Map.Entry<String, byte[]> file : good.entrySet()) {
            Path path = folder.resolve(file.getKey());
            if (!Arrays.equals(Files.readAllBytes(path), file.getValue())) {
                Files.write(path, file.getValue());
            }
        }
        ForgedCheckpoint forged = ForgedCheckpoint.of(folder);
        List<String> changes = new ArrayList<>();
        for (int count = 1 + random.nextInt(3); count > 0; count--) {
            changes.add(
                    switch (random.nextInt(8)) {
                        case 0 -> state(forged);
                        case 1 -> bytes(FILES.get(random.nextInt(FILES.size())));
                        case 2, 3 -> header(forged, random.nextBoolean() ? Checkpoint.MODEL : Checkpoint.OPTIMIZER);
                        case 4 -> document(Checkpoint.TOKENIZER);
                        default -> document(Checkpoint.CONFIG);
                    });
        }
        forged.seal();
        if (random.nextInt(20) == 0) {
            changes.add(bytes(Checkpoint.STATE));
        }
        return changes;
    }

    private String state(ForgedCheckpoint forged) throws IOException {
        String[] what = new String[1];
        forged.state(state -> what[0] = switch (random.nextInt(3)) {
            case 0 -> {
                String name = List.of("../secret", secret.toString(), "x", "").get(random.nextInt(4));
                forged.list(name, Files.readAllBytes(secret));
                yield "state.json lists " + name;
            }
            case 1 -> {
                String name = FILES.get(random.nextInt(FILES.size()));
                forged.unlist(name);
                yield "state.json does not list " + name;
            }
            default -> "state.json: " + node(state);
        });
        return what[0];
    }

    private String document(String name) throws IOException {
        JsonNode tree;
        try {
            tree = Json.MAPPER.readTree(folder.resolve(name).toFile());
        } catch (IOException e) {
            return bytes(name); // an earlier change has left no JSON
        }
        if (!(tree instanceof ContainerNode<?> container) || random.nextInt(12) == 0) {
            JsonNode other = hostile();
            Files.writeString(folder.resolve(name), other.toString());
            return name + " is " + brief(other);
        }
        String what = node(container);
        String text = tree.toString();
        if (random.nextInt(10) == 0) {
            text = text.replaceFirst("\\{", "{\"layers\":3,");
        }
        Files.writeString(folder.resolve(name), text);
        return name + ": " + what;
    }

    private String header(ForgedCheckpoint forged, String name) throws IOException {
        try {
            JsonNode tree = Json.MAPPER.readTree(forged.header(name));
            if (tree instanceof ObjectNode object) {
                String what = node(object);
                String text = object.toString();
                if (random.nextInt(8) == 0) {
                    text = text.replaceFirst("ln_2", "ln_1");
                }
                forged.header(name, text);
                return name + " header: " + what;
            }
        } catch (IOException | RuntimeException e) {
            // an earlier change has left no header
        }
        return bytes(name);
    }

    /** Changes one place of a tree, any depth. */
    private String node(ContainerNode<?> tree) {
        ContainerNode<?> place = tree;
        while (random.nextInt(3) > 0) {
            List<ContainerNode<?>> inner = new ArrayList<>();
            place.forEach(child -> {
                if (child instanceof ContainerNode<?> container) {
                    inner.add(container);
                }
            });
            if (inner.isEmpty()) {
                break;
            }
            place = inner.get(random.nextInt(inner.size()));
        }
        JsonNode value = hostile();
        if (place instanceof ObjectNode object && !object.isEmpty()) {
            List<String> names =
                    object.properties().stream().map(Map.Entry::getKey).toList();
            String name = names.get(random.nextInt(names.size()));
            switch (random.nextInt(6)) {
                case 0 -> object.remove(name);
                case 1 -> object.set(name + "x", object.remove(name));
                case 2 -> object.set(names.get(random.nextInt(names.size())), object.get(name));
                default -> object.set(name, value);
            }
            return name + " <- " + brief(value);
        }
        if (place instanceof ArrayNode array) {
            if (array.isEmpty() || random.nextInt(4) == 0) {
                array.add(value);
            } else {
                array.set(random.nextInt(array.size()), value);
            }
            return "an array <- " + brief(value);
        }
        return "nothing";
    }

    private JsonNode hostile() {
        var nodes = Json.MAPPER.getNodeFactory();
        return switch (random.nextInt(14)) {
            case 0 -> nodes.nullNode();
            case 1 -> nodes.numberNode(-1);
            case 2 -> nodes.numberNode(0);
            case 3, 4, 5 -> nodes.numberNode(1 << (8 + random.nextInt(23)));
            case 6 -> nodes.numberNode((1L << (31 + random.nextInt(32))) - random.nextInt(2));
            case 7 -> nodes.numberNode(random.nextInt(64));
            case 8 -> nodes.numberNode(random.nextBoolean() ? 1e308 : Double.NaN);
            case 9 -> nodes.textNode("x".repeat(1 << random.nextInt(14)) + "\n\u001b[2J");
            case 10 -> nodes.booleanNode(random.nextBoolean());
            case 11 -> nodes.arrayNode().add(1 << 30).add(1 << 30);
            case 12 -> nodes.objectNode().put("bytes", Long.MAX_VALUE).putNull("sha256");
            default -> nodes.textNode(String.valueOf(random.nextInt()));
        };
    }

    private static String brief(JsonNode node) {
        String text = node.toString();
        return text.length() < 60 ? text : text.substring(0, 60) + "...";
    }

    /** Flips, cuts, lengthens or empties a file. */
    private String bytes(String name) throws IOException {
        Path file = folder.resolve(name);
        byte[] bytes = Files.readAllBytes(file);
        switch (bytes.length == 0 ? 3 : random.nextInt(4)) {
            case 0 -> bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
            case 2 -> bytes[random.nextInt(Math.min(9, bytes.length))] = (byte) random.nextInt();
            default -> bytes = Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(1000));
        }
        Files.write(file, bytes);
        return name + " has other bytes";
    }
}
