package org.tornadogpt.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tornadogpt.model.internal.Json;

/**
 * What {@code state.json} says of a checkpoint's files: exactly the known names, each with its length and SHA-256.
 * Nothing is read but regular files of the folder, and no more of a file than it is said to have.
 */
final class CheckpointManifest {
    private static final int FORMAT = 1;
    private static final int CHUNK = 1 << 18;

    /** Largest {@code state.json} and {@code config.json}. */
    private static final int LARGEST_SETTINGS = 1 << 20;

    private static final int LARGEST_TOKENIZER = 1 << 26;
    private static final List<String> NEEDED = List.of(Checkpoint.MODEL, Checkpoint.CONFIG, Checkpoint.TOKENIZER);
    private static final Set<String> KNOWN = Set.of(
            Checkpoint.MODEL, Checkpoint.CONFIG, Checkpoint.TOKENIZER, Checkpoint.OPTIMIZER, Checkpoint.ADAPTERS);

    /** Length and checksum of one file. */
    private record Noted(long bytes, String sha256) {}

    private final Path folder;
    private final ObjectNode tree;
    private final Map<String, Noted> noted;

    private CheckpointManifest(Path folder, ObjectNode tree, Map<String, Noted> noted) {
        this.folder = folder;
        this.tree = tree;
        this.noted = noted;
    }

    /** What stands in {@code state.json} for that list: the format, the state, the files and a checksum of it all. */
    static String write(TrainingState state, ObjectNode sums) {
        ObjectNode tree = Json.MAPPER.createObjectNode().put("format", FORMAT);
        tree.set("state", Json.MAPPER.valueToTree(state));
        tree.set("files", sums);
        return sealed(tree);
    }

    /** The text of {@code state.json}: {@code tree} with a checksum of its own. */
    static String sealed(ObjectNode tree) {
        tree.remove("sha256");
        tree.put("sha256", sum(tree.toString()));
        return Json.write(tree);
    }

    /**
     * Reads {@code state.json} and compares the lengths of the files.
     *
     * @throws CheckpointException if it is damaged, of another format, or names other files than a checkpoint has
     */
    static CheckpointManifest read(Path folder) throws IOException {
        Path file = folder.resolve(Checkpoint.STATE);
        if (!Files.exists(file)) {
            throw new CheckpointException(
                    "checkpoint " + folder + " has no " + Checkpoint.STATE + ": it is not a whole checkpoint");
        }
        ObjectNode tree = tree(file, bytes(folder, Checkpoint.STATE, LARGEST_SETTINGS));
        JsonNode sum = tree.remove("sha256");
        if (sum == null || !sum.asText().equals(sum(tree.toString()))) {
            throw new CheckpointException(file + " is damaged: its checksum does not fit its contents");
        }
        JsonNode format = tree.path("format");
        if (!format.isInt() || format.intValue() != FORMAT) {
            throw new CheckpointException(file + " has format " + format + ", this version reads " + FORMAT);
        }
        CheckpointManifest manifest = new CheckpointManifest(folder, tree, noted(file, tree.path("files")));
        for (String name : manifest.noted.keySet()) {
            manifest.checkLength(name);
        }
        return manifest;
    }

    private static ObjectNode tree(Path file, byte[] bytes) throws CheckpointException {
        try {
            return Json.readObject(new String(bytes, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(file + " is damaged: " + e.getMessage(), e);
        }
    }

    private static Map<String, Noted> noted(Path file, JsonNode files) throws CheckpointException {
        Map<String, Noted> noted = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : files.properties()) {
            JsonNode bytes = entry.getValue().path("bytes");
            JsonNode sha256 = entry.getValue().path("sha256");
            if (!KNOWN.contains(entry.getKey())) {
                throw new CheckpointException(file + " names a file that no checkpoint has: " + entry.getKey());
            }
            if (!bytes.isIntegralNumber() || !bytes.canConvertToLong() || !sha256.isTextual()) {
                throw new CheckpointException(file + " does not tell length and SHA-256 of " + entry.getKey());
            }
            noted.put(entry.getKey(), new Noted(bytes.longValue(), sha256.textValue()));
        }
        Set<String> missing = new HashSet<>(NEEDED);
        missing.removeAll(noted.keySet());
        if (!missing.isEmpty()) {
            throw new CheckpointException(
                    file + " does not name " + String.join(", ", missing) + ": the checkpoint is not whole");
        }
        return noted;
    }

    boolean has(String name) {
        return noted.containsKey(name);
    }

    TrainingState state() {
        return Json.read(tree.path("state"), TrainingState.class);
    }

    /** The contents of {@code config.json} or {@code tokenizer.json}, verified. */
    String text(String name) throws IOException {
        byte[] bytes = bytes(folder, name, name.equals(Checkpoint.TOKENIZER) ? LARGEST_TOKENIZER : LARGEST_SETTINGS);
        MessageDigest digest = sha256();
        digest.update(bytes);
        checkSum(name, digest);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Compares a file with its checksum. */
    void verify(String name) throws IOException {
        MessageDigest digest = sha256();
        try (FileChannel channel = FileChannel.open(folder.resolve(name), StandardOpenOption.READ)) {
            ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK);
            while (channel.read(chunk) >= 0) {
                digest.update(chunk.flip());
                chunk.clear();
            }
        }
        checkSum(name, digest);
    }

    private void checkLength(String name) throws IOException {
        Path file = regular(folder, name);
        long size = Files.size(file);
        if (size != noted.get(name).bytes) {
            throw new CheckpointException(
                    file + " is damaged: it has " + size + " bytes instead of " + noted.get(name).bytes);
        }
    }

    private void checkSum(String name, MessageDigest digest) throws CheckpointException {
        if (!HexFormat.of().formatHex(digest.digest()).equals(noted.get(name).sha256)) {
            throw new CheckpointException(folder.resolve(name) + " is damaged: its SHA-256 does not fit its contents");
        }
    }

    private static byte[] bytes(Path folder, String name, int largest) throws IOException {
        Path file = regular(folder, name);
        if (Files.size(file) > largest) {
            throw new CheckpointException(file + " has " + Files.size(file) + " bytes, more than the " + largest
                    + " that are read of such a file");
        }
        return Files.readAllBytes(file);
    }

    /** A file of the folder itself: neither a pipe, which would be waited for, nor a link that leaves the folder. */
    private static Path regular(Path folder, String name) throws IOException {
        Path file = folder.resolve(name);
        if (!Files.exists(file)) {
            throw new CheckpointException(file + " is missing");
        }
        if (!Files.isRegularFile(file)) {
            throw new CheckpointException(file + " is not a file");
        }
        if (!file.toRealPath().startsWith(folder.toRealPath())) {
            throw new CheckpointException(file + " is a link that leaves the checkpoint");
        }
        return file;
    }

    /** SHA-256 of a text in UTF-8, in hexadecimal digits. */
    static String sum(String text) {
        return HexFormat.of().formatHex(sha256().digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
