package org.tornadogpt.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.tornadogpt.kernels.device.jvm.SequentialDevice;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.model.internal.Json;

/** A small checkpoint whose files a test changes; {@link #seal} makes lengths and checksums fit again. */
final class ForgedCheckpoint {
    static final GptConfig CONFIG =
            GptConfig.builder(7, 5, 6, 3, 2).headBias(true).build();
    static final long STEP = 12;

    /** Changes {@code state.json}. */
    @FunctionalInterface
    interface Change {
        void apply(ObjectNode state) throws IOException;
    }

    private final Path folder;
    private final ObjectNode state;

    /** Lengths and checksums of files that stand for themselves, by name. */
    private final Map<String, byte[]> listed = new TreeMap<>();

    private ForgedCheckpoint(Path folder) throws IOException {
        this.folder = folder;
        this.state = tree(Checkpoint.STATE);
    }

    /** Saves a good one. */
    static ForgedCheckpoint write(Path folder) throws IOException {
        try (SequentialDevice device = new SequentialDevice();
                TrainingSession session = new TrainingSession(CONFIG.model(), KernelChoices.defaults(device), 1, 1)) {
            session.initialise(1);
            Checkpoint.save(
                    folder,
                    CharTokenizer.of("abcdefg"),
                    session,
                    new TrainingState(STEP, STEP, 2.5, STEP, Json.MAPPER.createObjectNode()));
        }
        return of(folder);
    }

    /** Of the good one that is there. */
    static ForgedCheckpoint of(Path folder) throws IOException {
        return new ForgedCheckpoint(folder);
    }

    ObjectNode tree(String name) throws IOException {
        return (ObjectNode) Json.MAPPER.readTree(Files.readString(folder.resolve(name)));
    }

    void put(String name, JsonNode tree) throws IOException {
        Files.writeString(folder.resolve(name), tree.toString());
    }

    void state(Change change) throws IOException {
        change.apply(state);
    }

    void list(String name, byte[] contents) {
        ((ObjectNode) state.get("files")).putObject(name);
        listed.put(name, contents.clone());
    }

    void unlist(String name) {
        ((ObjectNode) state.get("files")).remove(name);
        listed.remove(name);
    }

    /** The JSON text of a safetensors file's header. */
    String header(String name) throws IOException {
        byte[] bytes = Files.readAllBytes(folder.resolve(name));
        return new String(bytes, Long.BYTES, headerLength(bytes), StandardCharsets.UTF_8);
    }

    void header(String name, String header) throws IOException {
        byte[] old = Files.readAllBytes(folder.resolve(name));
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        int values = Long.BYTES + headerLength(old);
        ByteBuffer all = ByteBuffer.allocate(Long.BYTES + text.length + old.length - values)
                .order(ByteOrder.LITTLE_ENDIAN);
        all.putLong(text.length).put(text).put(old, values, old.length - values);
        Files.write(folder.resolve(name), all.array());
    }

    private static int headerLength(byte[] bytes) {
        return (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }

    /** Makes {@code state.json} fit the files that there are. */
    void seal() throws IOException {
        if (state.get("files") instanceof ObjectNode files) {
            for (Map.Entry<String, JsonNode> file : files.properties()) {
                if (file.getValue() instanceof ObjectNode noted) {
                    seal(file.getKey(), noted);
                }
            }
        }
        Files.writeString(folder.resolve(Checkpoint.STATE), CheckpointManifest.sealed(state.deepCopy()));
    }

    private void seal(String name, ObjectNode noted) throws IOException {
        byte[] bytes = listed.get(name);
        if (bytes == null && Files.isRegularFile(folder.resolve(name))) {
            bytes = Files.readAllBytes(folder.resolve(name));
        }
        if (bytes != null) {
            MessageDigest digest = CheckpointManifest.sha256();
            noted.put("bytes", bytes.length).put("sha256", HexFormat.of().formatHex(digest.digest(bytes)));
        }
    }
}
