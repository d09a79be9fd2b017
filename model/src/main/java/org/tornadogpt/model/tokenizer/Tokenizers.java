package org.tornadogpt.model.tokenizer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.tornadogpt.model.CharTokenizer;
import org.tornadogpt.model.Tokenizer;
import org.tornadogpt.model.internal.Json;

/** Tokenizers by name: {@code char}, {@code byte}, {@code bpe:N}, {@code gpt2}, or a {@code tokenizer.json}. */
public final class Tokenizers {
    public static final String CHAR = "char";
    public static final String BYTE = "byte";
    public static final String BPE = "bpe:";
    public static final String GPT2 = "gpt2";

    /** More than any tokenizer's file has. */
    private static final int LARGEST = 1 << 26;

    private static final int BYTES = 256;

    private Tokenizers() {}

    /**
     * The tokenizer of that name.
     *
     * @param text that {@code char} and {@code bpe:N} are made from
     * @throws IllegalArgumentException if there is none; the message is one line
     * @throws IOException if a file cannot be read
     */
    public static Tokenizer of(String name, String text) throws IOException {
        if (name.equals(CHAR)) {
            return CharTokenizer.of(text);
        }
        if (name.startsWith(BPE)) {
            return BpeTrainer.train(text, size(name));
        }
        return find(name);
    }

    /** Whether it is a name and not a file's. */
    public static boolean isName(String name) {
        return name.equals(BYTE) || name.equals(GPT2) || needsText(name);
    }

    /** Whether the tokenizer is made from the text that it is for. */
    public static boolean needsText(String name) {
        return name.equals(CHAR) || name.startsWith(BPE);
    }

    /** A tokenizer that needs no text; see {@link #of}. */
    public static Tokenizer find(String name) throws IOException {
        return switch (name) {
            case BYTE -> bytes();
            case GPT2 -> Gpt2.tokenizer();
            default -> read(Path.of(name));
        };
    }

    /**
     * The size that {@code bpe:N} asks for.
     *
     * @throws IllegalArgumentException if it is no number
     */
    public static int size(String name) {
        String size = name.substring(BPE.length());
        if (!size.matches("\\d{1,9}")) {
            throw new IllegalArgumentException(
                    "'" + name + "' is no tokenizer: bpe:N needs the size of its vocabulary, such as bpe:4096");
        }
        return Integer.parseInt(size);
    }

    /** One token for each byte of UTF-8, with the byte's number. */
    private static Tokenizer bytes() {
        byte[][] pieces = new byte[BYTES][];
        for (int b = 0; b < BYTES; b++) {
            pieces[b] = new byte[] {(byte) b};
        }
        return new BpeTokenizer(new BpeTokenizer.Definition(pieces, new int[0], new NoSplit(), false, List.of(), -1));
    }

    /** Reads a {@code tokenizer.json}, or the one in a folder. */
    public static Tokenizer read(Path path) throws IOException {
        Path file = Files.isDirectory(path) ? path.resolve("tokenizer.json") : path;
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException("no tokenizer '" + path
                    + "': give char, byte, bpe:N, gpt2, or a tokenizer.json (or a folder that has one)");
        }
        if (Files.size(file) > LARGEST) {
            throw new IllegalArgumentException(file + " has " + Files.size(file) + " bytes, more than the " + LARGEST
                    + " that are read of a tokenizer");
        }
        try {
            return Tokenizer.fromJson(Json.text(file));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + " cannot be used as a tokenizer: " + e.getMessage(), e);
        }
    }
}
