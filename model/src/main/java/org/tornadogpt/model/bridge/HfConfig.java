package org.tornadogpt.model.bridge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.tornadogpt.model.GptConfig;
import org.tornadogpt.model.internal.Json;
import org.tornadogpt.model.layer.FeedForward;
import org.tornadogpt.model.layer.Norm;

/** The {@code config.json} of Hugging Face's {@code transformers}. */
final class HfConfig {
    private static final String MODEL_TYPE = "model_type";

    private HfConfig() {}

    /** @param end the token that ends texts; null for none */
    static String write(GptConfig c, Integer end) {
        ObjectNode tree = Family.of(c) == Family.LLAMA ? llama(c) : gpt2(c);
        tree.put("vocab_size", c.vocabularySize())
                .put("tie_word_embeddings", c.tiedHead())
                .put("torch_dtype", "float32")
                .put("use_cache", true)
                .put("bos_token_id", end)
                .put("eos_token_id", end);
        return Json.write(tree);
    }

    private static ObjectNode gpt2(GptConfig c) {
        ObjectNode tree = Json.MAPPER.createObjectNode().put(MODEL_TYPE, "gpt2");
        tree.putArray("architectures").add("GPT2LMHeadModel");
        return tree.put("n_positions", c.blockSize())
                .put("n_ctx", c.blockSize())
                .put("n_embd", c.channels())
                .put("n_layer", c.layers())
                .put("n_head", c.heads())
                .put("n_inner", c.mlpHidden())
                .put("activation_function", activation(c.activation()))
                .put("layer_norm_epsilon", c.normEpsilon())
                .put("attn_pdrop", c.dropout())
                .put("resid_pdrop", c.dropout())
                .put("embd_pdrop", 0f)
                .put("scale_attn_weights", true);
    }

    private static String activation(FeedForward.Kind kind) {
        return switch (kind) {
            case GELU -> "gelu";
            case GELU_TANH -> "gelu_new";
            case RELU -> "relu";
            case SWIGLU -> throw new IllegalArgumentException("GPT-2 has no SwiGLU");
        };
    }

    private static ObjectNode llama(GptConfig c) {
        ObjectNode tree = Json.MAPPER.createObjectNode().put(MODEL_TYPE, "llama");
        tree.putArray("architectures").add("LlamaForCausalLM");
        return tree.put("hidden_size", c.channels())
                .put("intermediate_size", c.mlpHidden())
                .put("num_hidden_layers", c.layers())
                .put("num_attention_heads", c.heads())
                .put("num_key_value_heads", c.kvHeads())
                .put("head_dim", c.headSize())
                .put("max_position_embeddings", c.blockSize())
                .put("rope_theta", c.ropeTheta())
                .put("rms_norm_eps", c.normEpsilon())
                .put("hidden_act", "silu")
                .put("attention_bias", c.qkvBias() || c.projectionBias())
                .put("mlp_bias", c.mlpBias())
                .put("attention_dropout", c.dropout());
    }

    /**
     * The architecture that a {@code config.json} describes, without dropout.
     *
     * @throws IllegalArgumentException if it asks for something that models here cannot do; the message names it
     */
    static GptConfig read(ObjectNode tree) {
        String type = tree.path(MODEL_TYPE).asText("none");
        GptConfig config = switch (type) {
            case "gpt2" -> readGpt2(tree);
            case "llama", "mistral" -> readLlama(tree);
            default ->
                throw new IllegalArgumentException(
                        "it is a model of type " + type + "; gpt2, llama and mistral can be imported");
        };
        return config;
    }

    private static GptConfig readGpt2(ObjectNode tree) {
        refuse(tree, "scale_attn_by_inverse_layer_idx", false);
        refuse(tree, "scale_attn_weights", true);
        refuse(tree, "add_cross_attention", false);
        int C = number(tree, "n_embd", 768);
        return GptConfig.builder(
                        number(tree, "vocab_size", 50257),
                        number(tree, "n_positions", 1024),
                        C,
                        number(tree, "n_head", 12),
                        number(tree, "n_layer", 12))
                .mlpHidden(number(tree, "n_inner", 4 * C))
                .activation(readActivation(tree.path("activation_function").asText("gelu_new")))
                .normEpsilon((float) tree.path("layer_norm_epsilon").asDouble(1e-5))
                .tiedHead(tree.path("tie_word_embeddings").asBoolean(true))
                .build();
    }

    private static FeedForward.Kind readActivation(String name) {
        return switch (name) {
            case "gelu" -> FeedForward.Kind.GELU;
            case "gelu_new", "gelu_pytorch_tanh", "gelu_fast" -> FeedForward.Kind.GELU_TANH;
            case "relu" -> FeedForward.Kind.RELU;
            default -> throw new IllegalArgumentException("it asks for activation_function " + name);
        };
    }

    private static GptConfig readLlama(ObjectNode tree) {
        for (String key : List.of("rope_scaling", "sliding_window", "partial_rotary_factor")) {
            JsonNode value = tree.path(key);
            boolean plain = value.isObject() && ropeType(value).equals("default");
            if (!value.isMissingNode() && !value.isNull() && !plain && value.asDouble(0) != 1) {
                throw new IllegalArgumentException("it asks for " + key + " " + value);
            }
        }
        JsonNode rope = tree.path("rope_parameters");
        if (rope.isObject() && !ropeType(rope).equals("default")) {
            throw new IllegalArgumentException("it asks for rope_parameters of type " + ropeType(rope));
        }
        String activation = tree.path("hidden_act").asText("silu");
        if (!activation.equals("silu")) {
            throw new IllegalArgumentException("it asks for hidden_act " + activation);
        }
        int C = number(tree, "hidden_size", 4096);
        int heads = number(tree, "num_attention_heads", 32);
        int size = number(tree, "head_dim", C / heads);
        if (size * heads != C) {
            throw new IllegalArgumentException(
                    "it asks for head_dim " + size + "; hidden_size / num_attention_heads is " + C / heads);
        }
        boolean bias = tree.path("attention_bias").asBoolean();
        double theta = rope.path("rope_theta").asDouble(tree.path("rope_theta").asDouble(10_000));
        return GptConfig.builder(
                        number(tree, "vocab_size", 32_000),
                        number(tree, "max_position_embeddings", 2048),
                        C,
                        heads,
                        number(tree, "num_hidden_layers", 32))
                .kvHeads(number(tree, "num_key_value_heads", heads))
                .mlpHidden(number(tree, "intermediate_size", 11_008))
                .positions(GptConfig.Positions.ROTARY)
                .ropeTheta((float) theta)
                .norm(Norm.Kind.RMSNORM)
                .normEpsilon((float) tree.path("rms_norm_eps").asDouble(1e-6))
                .activation(FeedForward.Kind.SWIGLU)
                .qkvBias(bias)
                .projectionBias(bias)
                .mlpBias(tree.path("mlp_bias").asBoolean())
                .tiedHead(tree.path("tie_word_embeddings").asBoolean())
                .build();
    }

    private static String ropeType(JsonNode rope) {
        return rope.path("rope_type").asText(rope.path("type").asText("default"));
    }

    private static void refuse(ObjectNode tree, String key, boolean usual) {
        if (tree.path(key).asBoolean(usual) != usual) {
            throw new IllegalArgumentException("it asks for " + key + "=" + !usual);
        }
    }

    private static int number(ObjectNode tree, String key, int usual) {
        JsonNode value = tree.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return usual;
        }
        if (!value.isInt() || value.intValue() < 1) {
            throw new IllegalArgumentException(key + " is " + value + ", not a number of at least 1");
        }
        return value.intValue();
    }
}
