package org.tornadogpt.model.bridge;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.tornadogpt.model.GptConfig;
import org.tornadogpt.model.ModelConfig;
import org.tornadogpt.model.Tokenizer;
import org.tornadogpt.model.layer.FeedForward;
import org.tornadogpt.model.layer.Parameters;
import org.tornadogpt.model.tokenizer.BpeTokenizer;

/** Writes a GGUF file, which programs of llama.cpp's family read. */
public final class GgufFile {
    private static final int NORMAL = 1;
    private static final int CONTROL = 3;
    private static final int USER_DEFINED = 4;
    private static final int UNUSED = 5;

    private GgufFile() {}

    /**
     * Whether a model and its tokenizer can be written so.
     *
     * @throws IllegalArgumentException if not; the message names what is in the way
     */
    public static void check(ModelConfig config, Tokenizer tokenizer) {
        GptConfig gpt = Family.check(config);
        if (Family.of(gpt) == Family.GPT2 && gpt.activation() != FeedForward.Kind.GELU_TANH) {
            throw new IllegalArgumentException("programs that read GGUF compute gpt2 with the tanh form of GELU:"
                    + " activation=" + gpt.activation().name().toLowerCase(Locale.ROOT)
                    + " is in the way; a model trained with --set activation=gelu_tanh can be exported");
        }
        if (!(tokenizer instanceof BpeTokenizer bpe) || bpe.ggufName().isEmpty()) {
            throw new IllegalArgumentException(
                    "GGUF needs a byte-level BPE tokenizer with GPT-2's or Llama 3's split:"
                            + " this model's tokenizer is in the way; one trained with --tokenizer bpe:N or gpt2 can be exported");
        }
    }

    /** Writes the file, which must not be there. */
    public static void write(Path file, String name, ModelConfig config, Tokenizer tokenizer, Parameters parameters)
            throws IOException {
        check(config, tokenizer);
        GptConfig gpt = Family.check(config);
        GgufWriter writer = new GgufWriter();
        String arch = Family.of(gpt) == Family.LLAMA ? "llama" : "gpt2";
        writer.put("general.architecture", arch)
                .put("general.name", name)
                .put("general.file_type", 0)
                .put(arch + ".context_length", gpt.blockSize())
                .put(arch + ".embedding_length", gpt.channels())
                .put(arch + ".block_count", gpt.layers())
                .put(arch + ".feed_forward_length", gpt.mlpHidden())
                .put(arch + ".attention.head_count", gpt.heads())
                .put(arch + ".attention.head_count_kv", gpt.kvHeads())
                .put(arch + ".vocab_size", gpt.vocabularySize());
        if (Family.of(gpt) == Family.LLAMA) {
            writer.put("llama.attention.layer_norm_rms_epsilon", gpt.normEpsilon())
                    .put("llama.rope.freq_base", gpt.ropeTheta())
                    .put("llama.rope.dimension_count", gpt.headSize());
        } else {
            writer.put("gpt2.attention.layer_norm_epsilon", gpt.normEpsilon());
        }
        tokenizer(writer, (BpeTokenizer) tokenizer);
        NewFiles.file(file, path -> {
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(path), 1 << 16)) {
                writer.write(out, GgufNames.placements(gpt), parameters);
            }
        });
    }

    private static void tokenizer(GgufWriter writer, BpeTokenizer tokenizer) throws IOException {
        BpeTokenizer.Pieces pieces = tokenizer.pieces();
        int[] types = pieces.kinds().stream()
                .mapToInt(kind -> switch (kind) {
                    case NORMAL -> NORMAL;
                    case SPECIAL -> CONTROL;
                    case ADDED -> USER_DEFINED;
                    case UNUSED -> UNUSED;
                })
                .toArray();
        writer.put("tokenizer.ggml.model", "gpt2")
                .put("tokenizer.ggml.pre", tokenizer.ggufName())
                .strings("tokenizer.ggml.tokens", pieces.texts())
                .ints("tokenizer.ggml.token_type", types)
                .strings("tokenizer.ggml.merges", pieces.merges())
                .put("tokenizer.ggml.add_bos_token", pieces.first() >= 0);
        if (pieces.first() >= 0) {
            writer.put("tokenizer.ggml.bos_token_id", pieces.first());
        }
        if (tokenizer.endOfText() >= 0) {
            writer.put("tokenizer.ggml.eos_token_id", tokenizer.endOfText());
        }
    }
}
