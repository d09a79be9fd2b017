package org.tornadogpt.model.bridge;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.tornadogpt.model.internal.Json;
import org.tornadogpt.model.layer.Parameters;

/** Writes tensors under another program's names, as float32 in the safetensors format. */
final class TensorWriter {
    private static final int CHUNK = 1 << 14;

    private TensorWriter() {}

    static void write(Path file, List<Placement> placements, Parameters parameters, Map<String, String> metadata)
            throws IOException {
        byte[] header = header(placements, metadata);
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16)) {
            out.write(ByteBuffer.allocate(Long.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(header.length)
                    .array());
            out.write(header);
            for (Placement placement : placements) {
                write(out, placement.read(parameters));
            }
        }
    }

    private static byte[] header(List<Placement> placements, Map<String, String> metadata) {
        ObjectNode tree = Json.MAPPER.createObjectNode();
        ObjectNode meta = tree.putObject("__metadata__");
        metadata.forEach(meta::put);
        long offset = 0;
        for (Placement placement : placements) {
            ObjectNode entry = tree.putObject(placement.theirs()).put("dtype", "F32");
            placement.shape().forEach(entry.putArray("shape")::add);
            long end = offset + placement.elements() * Float.BYTES;
            entry.putArray("data_offsets").add(offset).add(end);
            offset = end;
        }
        byte[] json = tree.toString().getBytes(StandardCharsets.UTF_8);
        byte[] padded = new byte[(json.length + 7) & ~7]; // values begin at a multiple of eight
        Arrays.fill(padded, (byte) ' ');
        System.arraycopy(json, 0, padded, 0, json.length);
        return padded;
    }

    /** Little endian. */
    static void write(OutputStream out, float... values) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(CHUNK * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int from = 0; from < values.length; from += CHUNK) {
            int count = Math.min(CHUNK, values.length - from);
            bytes.clear();
            bytes.asFloatBuffer().put(values, from, count);
            out.write(bytes.array(), 0, count * Float.BYTES);
        }
    }
}
