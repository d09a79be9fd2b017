package org.tornadogpt.model.bridge;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.tornadogpt.model.layer.Parameters;

/**
 * A file in the GGUF format, version 3, little endian, of float32 tensors: magic, version, numbers of tensors and of
 * metadata; the metadata; name, dimensions (last index fastest comes first), type and offset of each tensor; then the
 * values, each tensor's at a multiple of 32 bytes.
 */
final class GgufWriter {
    private static final int MAGIC = 0x46554747;
    private static final int VERSION = 3;
    private static final int ALIGNMENT = 32;
    private static final int F32 = 0;

    private static final int UINT32 = 4;
    private static final int INT32 = 5;
    private static final int FLOAT32 = 6;
    private static final int BOOL = 7;
    private static final int STRING = 8;
    private static final int ARRAY = 9;

    private final ByteArrayOutputStream metadata = new ByteArrayOutputStream();
    private final Set<String> keys = new HashSet<>();

    private static void number(OutputStream out, int bytes, long value) throws IOException {
        ByteBuffer buffer =
                ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(value);
        out.write(buffer.array(), 0, bytes);
    }

    private static void string(OutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        number(out, Long.BYTES, bytes.length);
        out.write(bytes);
    }

    private void key(String key, int type) throws IOException {
        if (!keys.add(key)) {
            throw new IllegalStateException("two values are called " + key);
        }
        string(metadata, key);
        number(metadata, Integer.BYTES, type);
    }

    GgufWriter put(String key, String value) throws IOException {
        key(key, STRING);
        string(metadata, value);
        return this;
    }

    GgufWriter put(String key, int value) throws IOException {
        key(key, UINT32);
        number(metadata, Integer.BYTES, value);
        return this;
    }

    GgufWriter put(String key, float value) throws IOException {
        key(key, FLOAT32);
        number(metadata, Integer.BYTES, Float.floatToRawIntBits(value));
        return this;
    }

    GgufWriter put(String key, boolean value) throws IOException {
        key(key, BOOL);
        metadata.write(value ? 1 : 0);
        return this;
    }

    GgufWriter strings(String key, List<String> values) throws IOException {
        key(key, ARRAY);
        number(metadata, Integer.BYTES, STRING);
        number(metadata, Long.BYTES, values.size());
        for (String value : values) {
            string(metadata, value);
        }
        return this;
    }

    GgufWriter ints(String key, int... values) throws IOException {
        key(key, ARRAY);
        number(metadata, Integer.BYTES, INT32);
        number(metadata, Long.BYTES, values.length);
        for (int value : values) {
            number(metadata, Integer.BYTES, value);
        }
        return this;
    }

    void write(OutputStream out, List<Placement> tensors, Parameters parameters) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        number(head, Integer.BYTES, MAGIC);
        number(head, Integer.BYTES, VERSION);
        number(head, Long.BYTES, tensors.size());
        number(head, Long.BYTES, keys.size());
        metadata.writeTo(head);
        long offset = 0;
        for (Placement tensor : tensors) {
            string(head, tensor.theirs());
            List<Integer> dimensions = new ArrayList<>(tensor.shape()).reversed();
            number(head, Integer.BYTES, dimensions.size());
            for (int dimension : dimensions) {
                number(head, Long.BYTES, dimension);
            }
            number(head, Integer.BYTES, F32);
            number(head, Long.BYTES, offset);
            offset = aligned(offset + tensor.elements() * Float.BYTES);
        }
        head.writeTo(out);
        pad(out, head.size());
        for (Placement tensor : tensors) {
            TensorWriter.write(out, tensor.read(parameters));
            pad(out, tensor.elements() * Float.BYTES);
        }
    }

    private static long aligned(long bytes) {
        return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    private static void pad(OutputStream out, long bytes) throws IOException {
        out.write(new byte[(int) (aligned(bytes) - bytes)]);
    }
}
