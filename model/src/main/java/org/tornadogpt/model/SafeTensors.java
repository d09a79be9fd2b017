package org.tornadogpt.model;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.ByteBufferBackedInputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tornadogpt.kernels.memory.DType;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.model.internal.Json;

/**
 * A file in the safetensors format (github.com/huggingface/safetensors), float32 only: eight bytes with the length of
 * the header, little endian; the header, a JSON object of name to {@code dtype}, {@code shape} and {@code
 * data_offsets}; then the values, little endian, without gaps. The file is mapped, so opening it reads no values.
 */
public final class SafeTensors implements AutoCloseable {
    /**
     * One tensor: {@code begin} and {@code end} count bytes from the start of the values; {@code type} is its dtype.
     */
    public record Entry(String name, String type, List<Integer> shape, long begin, long end) {
        public Entry {
            shape = List.copyOf(shape);
        }

        /** Number of values. */
        public long elements() {
            return (end - begin) / BYTES.get(type);
        }
    }

    /** A tensor to be written. */
    public record Source(String name, List<Integer> shape, Slice values) {
        public Source {
            shape = List.copyOf(shape);
        }
    }

    private static final String F32 = "F32";

    /** Bytes of a value, by dtype. */
    private static final Map<String, Integer> BYTES = Map.ofEntries(
            Map.entry("BOOL", 1),
            Map.entry("U8", 1),
            Map.entry("I8", 1),
            Map.entry("U16", 2),
            Map.entry("I16", 2),
            Map.entry("F16", 2),
            Map.entry("BF16", 2),
            Map.entry("U32", 4),
            Map.entry("I32", 4),
            Map.entry(F32, 4),
            Map.entry("U64", 8),
            Map.entry("I64", 8),
            Map.entry("F64", 8));

    private static final String METADATA = "__metadata__";
    private static final int MAX_HEADER = 1 << 24;
    private static final int MAX_RANK = 8;
    private static final int CHUNK_FLOATS = 1 << 16;
    private static final ValueLayout.OfFloat FLOAT_LE =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT_LE =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG_LE =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Path file;
    private final Arena arena;
    private final MemorySegment values;
    private final Map<String, Entry> entries;

    private SafeTensors(Path file, Arena arena, MemorySegment values, Map<String, Entry> entries) {
        this.file = file;
        this.arena = arena;
        this.values = values;
        this.entries = entries;
    }

    /**
     * Writes a new file and forces it to the disk.
     *
     * @param digest updated with every byte written
     * @throws NonFiniteException if a value is NaN or infinite; a part of the file is then written
     */
    static void write(Path file, Map<String, String> metadata, List<Source> tensors, MessageDigest digest)
            throws IOException {
        byte[] header = header(metadata, tensors);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer start = ByteBuffer.allocate(Long.BYTES + header.length).order(ByteOrder.LITTLE_ENDIAN);
            writeFully(channel, start.putLong(header.length).put(header).flip(), digest);
            ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_FLOATS * Float.BYTES);
            for (Source tensor : tensors) {
                writeValues(channel, tensor, chunk, digest);
            }
            channel.force(true);
        }
    }

    private static byte[] header(Map<String, String> metadata, List<Source> tensors) {
        ObjectNode header = Json.MAPPER.createObjectNode();
        ObjectNode meta = header.putObject(METADATA);
        metadata.forEach(meta::put);
        long offset = 0;
        for (Source tensor : tensors) {
            ObjectNode entry = header.putObject(tensor.name).put("dtype", "F32");
            tensor.shape.forEach(entry.putArray("shape")::add);
            long end = offset + (long) tensor.values.length() * Float.BYTES;
            entry.putArray("data_offsets").add(offset).add(end);
            offset = end;
        }
        String json = header.toString();
        int padding = -json.getBytes(StandardCharsets.UTF_8).length & 7; // values begin at a multiple of eight
        return (json + " ".repeat(padding)).getBytes(StandardCharsets.UTF_8);
    }

    private static void writeValues(FileChannel channel, Source tensor, ByteBuffer chunk, MessageDigest digest)
            throws IOException {
        Slice slice = tensor.values;
        MemorySegment target = MemorySegment.ofBuffer(chunk.clear());
        for (int from = 0; from < slice.length(); from += CHUNK_FLOATS) {
            int count = Math.min(CHUNK_FLOATS, slice.length() - from);
            MemorySegment.copy(
                    slice.segment(), ValueLayout.JAVA_FLOAT_UNALIGNED, slice.byteAt(from), target, FLOAT_LE, 0, count);
            checkFinite(tensor.name, target, count);
            writeFully(channel, chunk.clear().limit(count * Float.BYTES), digest);
        }
    }

    private static void checkFinite(String name, MemorySegment values, int count) throws NonFiniteException {
        for (int i = 0; i < count; i++) {
            float value = values.getAtIndex(FLOAT_LE, i);
            if (!Float.isFinite(value)) {
                throw new NonFiniteException(name, value);
            }
        }
    }

    private static void writeFully(FileChannel channel, ByteBuffer bytes, MessageDigest digest) throws IOException {
        digest.update(bytes.duplicate());
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /**
     * Opens a file and checks its structure.
     *
     * @throws CheckpointException if it is not a whole safetensors file of float32 tensors
     */
    public static SafeTensors open(Path file) throws IOException {
        SafeTensors tensors = openAny(file);
        for (Entry entry : tensors.entries()) {
            if (!entry.type.equals(F32)) {
                tensors.close();
                throw new CheckpointException(file + ": unreadable safetensors header: tensor " + entry.name
                        + " has dtype " + entry.type + "; only F32 can be read");
            }
        }
        return tensors;
    }

    /**
     * Opens a file that another program wrote, of any types, and checks its structure.
     *
     * @throws CheckpointException if it is not a whole safetensors file
     */
    public static SafeTensors openAny(Path file) throws IOException {
        Arena arena = Arena.ofShared();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            MemorySegment bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, size, arena);
            return of(file, bytes, arena);
        } catch (IOException | RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    /**
     * The same for bytes in memory, which must not be changed any more.
     *
     * @param name for messages
     */
    public static SafeTensors of(String name, byte... bytes) throws IOException {
        return of(Path.of(name), MemorySegment.ofArray(bytes).asReadOnly(), Arena.ofShared());
    }

    private static SafeTensors of(Path file, MemorySegment bytes, Arena arena) throws IOException {
        long size = bytes.byteSize();
        long header = size < Long.BYTES ? -1 : bytes.get(LONG_LE, 0);
        if (header < 2 || header > MAX_HEADER || header > size - Long.BYTES) {
            throw new CheckpointException(
                    file + ": not a whole safetensors file: " + size + " bytes, header length " + header);
        }
        MemorySegment values = bytes.asSlice(Long.BYTES + header);
        Map<String, Entry> entries = entries(file, bytes.asSlice(Long.BYTES, header), values.byteSize());
        return new SafeTensors(file, arena, values, entries);
    }

    private static Map<String, Entry> entries(Path file, MemorySegment header, long bytes) throws IOException {
        List<Entry> found = header(file, header, bytes);
        found.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
        Map<String, Entry> entries = new LinkedHashMap<>();
        long end = 0;
        for (Entry entry : found) {
            if (entry.begin != end) {
                throw new CheckpointException(file + ": tensor " + entry.name + " begins at byte " + entry.begin
                        + " of the values instead of " + end);
            }
            end = entry.end;
            if (entries.put(entry.name, entry) != null) {
                throw new CheckpointException(file + ": two tensors are called " + entry.name);
            }
        }
        if (end != bytes) {
            throw new CheckpointException(
                    file + ": the header speaks of " + end + " bytes of values, the file has " + bytes);
        }
        return entries;
    }

    /** Reads the header token by token: a tree of it would be many times as large. */
    private static List<Entry> header(Path file, MemorySegment header, long bytes) throws CheckpointException {
        List<Entry> found = new ArrayList<>();
        try (JsonParser json = Json.MAPPER.createParser(new ByteBufferBackedInputStream(header.asByteBuffer()))) {
            json.disable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION); // it keeps a set of names for each object
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new IllegalArgumentException("it is no JSON object");
            }
            for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                json.nextToken();
                if (name.equals(METADATA)) {
                    json.skipChildren();
                } else {
                    found.add(entry(name, json, bytes));
                }
            }
            if (json.nextToken() != null) {
                throw new IllegalArgumentException("something follows the object");
            }
        } catch (JsonProcessingException e) {
            throw new CheckpointException(file + ": unreadable safetensors header: " + Json.reason(e), e);
        } catch (IOException | IllegalArgumentException | ArithmeticException e) {
            throw new CheckpointException(file + ": unreadable safetensors header: " + e.getMessage(), e);
        }
        return found;
    }

    private static Entry entry(String name, JsonParser json, long bytes) throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            throw new IllegalArgumentException("tensor " + name + " is not described by an object");
        }
        String type = null;
        long[] shape = null;
        long[] offsets = null;
        for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
            json.nextToken();
            switch (field) {
                case "dtype" -> type = json.currentToken() == JsonToken.VALUE_STRING ? json.getText() : skipped(json);
                case "shape" -> shape = numbers(name, json, MAX_RANK);
                case "data_offsets" -> offsets = numbers(name, json, 2);
                default -> json.skipChildren();
            }
        }
        if (type == null || !BYTES.containsKey(type)) {
            throw new IllegalArgumentException("tensor " + name + " has dtype " + type + "; only F32 can be read");
        }
        if (shape == null) {
            throw new IllegalArgumentException("tensor " + name + " has no shape");
        }
        if (offsets == null
                || offsets.length != 2
                || offsets[0] < 0
                || offsets[1] > bytes
                || offsets[1] - offsets[0] != size(name, shape, BYTES.get(type))) {
            throw new IllegalArgumentException(
                    "data_offsets of tensor " + name + " do not fit its shape " + Arrays.toString(shape));
        }
        Integer[] dimensions = new Integer[shape.length];
        for (int i = 0; i < shape.length; i++) {
            dimensions[i] = (int) shape[i];
        }
        return new Entry(name, type, List.of(dimensions), offsets[0], offsets[1]);
    }

    private static long size(String name, long[] shape, int bytes) {
        long size = bytes;
        for (long dimension : shape) {
            if (dimension < 0 || dimension > Integer.MAX_VALUE) {
                throw new IllegalArgumentException("tensor " + name + " has shape " + Arrays.toString(shape));
            }
            size = Math.multiplyExact(size, dimension);
        }
        return size;
    }

    private static String skipped(JsonParser json) throws IOException {
        json.skipChildren();
        return null;
    }

    private static long[] numbers(String name, JsonParser json, int most) throws IOException {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            throw new IllegalArgumentException("tensor " + name + " lacks an array of numbers");
        }
        long[] numbers = new long[most];
        int count = 0;
        while (json.nextToken() != JsonToken.END_ARRAY) {
            if (json.currentToken() != JsonToken.VALUE_NUMBER_INT || count == most) {
                throw new IllegalArgumentException(
                        "tensor " + name + " has an array of something else than up to " + most + " whole numbers");
            }
            numbers[count++] = json.getLongValue();
        }
        return Arrays.copyOf(numbers, count);
    }

    /** All tensors in the order of their values. */
    public Collection<Entry> entries() {
        return entries.values();
    }

    /** The tensor called {@code name}; an error if there is none. */
    public Entry entry(String name) throws CheckpointException {
        Entry entry = entries.get(name);
        if (entry == null) {
            throw new CheckpointException(file + ": no tensor " + name);
        }
        return entry;
    }

    /** Copies a tensor's values, rounded to the type of {@code target}. */
    public void copyInto(String name, Slice target) throws CheckpointException {
        if (entry(name).elements() != target.length()) {
            throw new CheckpointException(file + ": tensor " + name + " has "
                    + entry(name).elements() + " elements, expected " + target.length());
        }
        copyInto(name, 0, target);
    }

    /**
     * Copies some of a tensor's values, rounded to the type of {@code target}.
     *
     * @param from which of them is the first
     * @throws CheckpointException if there are not as many
     */
    void copyInto(String name, int from, Slice target) throws CheckpointException {
        Entry entry = entry(name);
        if ((long) from + target.length() > entry.elements()) {
            throw new CheckpointException(file + ": tensor " + name + " has " + entry.elements()
                    + " elements, expected " + ((long) from + target.length()));
        }
        if (target.type() != DType.F32) {
            for (int i = 0; i < target.length(); i++) {
                target.set(i, values.get(FLOAT_LE, entry.begin + ((long) from + i) * Float.BYTES));
            }
            return;
        }
        MemorySegment.copy(
                values,
                FLOAT_LE,
                entry.begin + (long) from * Float.BYTES,
                target.segment(),
                ValueLayout.JAVA_FLOAT_UNALIGNED,
                target.byteAt(0),
                target.length());
    }

    /**
     * A tensor's values as floats.
     *
     * @throws CheckpointException if it is neither F32, F16 nor BF16, or a value is NaN or infinite
     */
    public float[] floats(String name) throws CheckpointException {
        Entry entry = entry(name);
        if (entry.elements() > Slice.LONGEST) {
            throw new CheckpointException(
                    file + ": tensor " + name + " has " + entry.elements() + " elements, more than an array can hold");
        }
        float[] floats = new float[(int) entry.elements()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = value(entry, i);
            if (!Float.isFinite(floats[i])) {
                throw new CheckpointException(file + ": value " + i + " of tensor " + name + " is " + floats[i]
                        + ": nothing can be done with it");
            }
        }
        return floats;
    }

    private float value(Entry entry, int i) throws CheckpointException {
        long at = entry.begin;
        return switch (entry.type) {
            case F32 -> values.get(FLOAT_LE, at + (long) i * Float.BYTES);
            case "F16" -> Float.float16ToFloat(values.get(SHORT_LE, at + (long) i * Short.BYTES));
            case "BF16" -> Float.intBitsToFloat(values.get(SHORT_LE, at + (long) i * Short.BYTES) << Short.SIZE);
            default ->
                throw new CheckpointException(file + ": tensor " + entry.name + " has dtype " + entry.type
                        + "; F32, F16 and BF16 can be read");
        };
    }

    /** @throws CheckpointException if a value is NaN or infinite; the message names the tensor */
    void checkFinite() throws CheckpointException {
        for (Entry entry : entries.values()) {
            for (long at = entry.begin; at < entry.end; at += Float.BYTES) {
                float value = values.get(FLOAT_LE, at);
                if (!Float.isFinite(value)) {
                    throw new CheckpointException(file + ": value " + (at - entry.begin) / Float.BYTES + " of tensor "
                            + entry.name + " is " + value + ": training had failed, or the file was changed");
                }
            }
        }
    }

    /** Unmaps the file. */
    @Override
    public void close() {
        arena.close();
    }
}
