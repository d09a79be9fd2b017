package org.tornadogpt.model.bridge;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.tornadogpt.model.CheckpointException;
import org.tornadogpt.model.SafeTensors;
import org.tornadogpt.model.Tokenizer;
import org.tornadogpt.model.tokenizer.Tokenizers;

/** Where the files of another program's model are: in a folder, or in memory. Names are plain, without folders. */
sealed interface HfFiles {
    String TOKENIZER = "tokenizer.json";

    boolean has(String name);

    long size(String name) throws IOException;

    byte[] bytes(String name) throws IOException;

    SafeTensors tensors(String name) throws IOException;

    /** The tokenizer, which must be there. */
    Tokenizer tokenizer() throws IOException;

    /** A file's name for messages; {@code toString} gives that of all together. */
    String place(String name);

    /**
     * A file's text.
     *
     * @throws IllegalArgumentException if it is not UTF-8
     */
    default String text(String name) throws IOException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes(name)))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("it is not UTF-8 text", e);
        }
    }

    /** Of a folder. */
    record InFolder(Path folder) implements HfFiles {
        @Override
        public boolean has(String name) {
            Path whole = folder.toAbsolutePath().normalize();
            Path file = whole.resolve(name).normalize();
            return whole.equals(file.getParent()) && Files.isRegularFile(file);
        }

        @Override
        public long size(String name) throws IOException {
            return Files.size(folder.resolve(name));
        }

        @Override
        public byte[] bytes(String name) throws IOException {
            return Files.readAllBytes(folder.resolve(name));
        }

        @Override
        public SafeTensors tensors(String name) throws IOException {
            return SafeTensors.openAny(folder.resolve(name));
        }

        @Override
        public Tokenizer tokenizer() throws IOException {
            return Tokenizers.read(folder);
        }

        @Override
        public String place(String name) {
            return folder.resolve(name).toString();
        }

        @Override
        public String toString() {
            return folder.toString();
        }
    }

    /** Of what a stranger has sent. */
    record InMemory(Map<String, byte[]> files) implements HfFiles {
        /** As many bytes as are read of a tokenizer's file. */
        private static final int LARGEST_TOKENIZER = 1 << 26;

        public InMemory {
            files = Map.copyOf(files);
        }

        @Override
        public boolean has(String name) {
            return files.containsKey(name);
        }

        @Override
        public long size(String name) {
            return files.get(name).length;
        }

        @Override
        public byte[] bytes(String name) {
            return files.get(name);
        }

        @Override
        public SafeTensors tensors(String name) throws IOException {
            return SafeTensors.of(name, files.get(name));
        }

        @Override
        public Tokenizer tokenizer() throws IOException {
            if (size(TOKENIZER) > LARGEST_TOKENIZER) {
                throw new CheckpointException(TOKENIZER + " is too long to be one");
            }
            try {
                return Tokenizer.fromJson(text(TOKENIZER));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(TOKENIZER + " cannot be used: " + e.getMessage(), e);
            }
        }

        @Override
        public String place(String name) {
            return name;
        }

        @Override
        public String toString() {
            return "the files";
        }
    }
}
