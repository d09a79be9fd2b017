package org.tornadogpt.serve.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.tornadogpt.model.Sampling;
import org.tornadogpt.model.Tokenizer;
import org.tornadogpt.serve.engine.Models;
import org.tornadogpt.serve.engine.ServedModel;
import org.tornadogpt.serve.http.ApiException;

/** Reads requests. Fields that ask for something that is not done are refused by name, unknown ones are ignored. */
public final class SpecReader {
    private static final int USUAL_TOKENS = 16;
    private static final int USUAL_CHAT_TOKENS = 256;
    private static final int MOST_CHOICES = 16;
    private static final int MOST_STOPS = 4;
    private static final int LONGEST_STOP = 200;
    private static final int MOST_COMPLETION_SCORES = 5;
    private static final int MOST_CHAT_SCORES = 20;

    private static final List<String> UNSUPPORTED = List.of(
            "audio",
            "function_call",
            "functions",
            "modalities",
            "prediction",
            "suffix",
            "tool_choice",
            "tools",
            "web_search_options");

    private final Models models;
    private final int mostTokens;

    /** @param mostTokens of one text */
    public SpecReader(Models models, int mostTokens) {
        this.models = models;
        this.mostTokens = mostTokens;
    }

    /** Reads the body of {@code POST /v1/completions} or, if {@code chat}, {@code /v1/chat/completions}. */
    Spec read(ObjectNode body, boolean chat) throws ApiException {
        Fields fields = new Fields(body);
        ServedModel model = model(fields);
        refuse(fields);
        List<Spec.Prompt> prompts = chat ? List.of(chatPrompt(fields, model)) : prompts(fields, model);
        int beams = fields.integer("beams", 0, 0, ServedModel.MOST_BEAMS);
        int n = fields.integer("n", 1, 1, beams == 0 ? MOST_CHOICES : beams);
        if (prompts.size() * n > MOST_CHOICES) {
            throw ApiException.invalid("n", "prompts times n may be " + MOST_CHOICES + ", not " + prompts.size() * n);
        }
        fields.refuse("best_of", "1", Integer.toString(n));
        boolean stream = fields.flag("stream");
        if (beams > 0 && (stream || prompts.size() > 1)) {
            throw ApiException.invalid("beams", "a search with beams takes one prompt and cannot be streamed");
        }
        int scores = scores(fields, chat);
        if (beams > 0 && scores >= 0) {
            throw ApiException.invalid("logprobs", "unsupported_parameter", "a search with beams tells no logprobs");
        }
        List<String> stops = fields.strings("stop", MOST_STOPS);
        if (stops.stream().anyMatch(stop -> stop.length() > LONGEST_STOP)) {
            throw ApiException.invalid("stop", "a stop string may have " + LONGEST_STOP + " characters");
        }
        return new Spec(
                chat,
                model,
                prompts,
                n,
                tokens(fields, chat),
                sampling(fields),
                stops,
                scores,
                stream,
                usage(fields, stream),
                beams,
                fields.number("length_penalty", 1, -10, 10));
    }

    /** The model that a request names. */
    public ServedModel model(Fields fields) throws ApiException {
        String name = fields.text("model");
        return models.find(name)
                .orElseThrow(() -> ApiException.noModel("there is no model of that name; see /v1/models"));
    }

    private static void refuse(Fields fields) throws ApiException {
        for (String name : UNSUPPORTED) {
            fields.refuse(name, "none", "auto", "[\"text\"]");
        }
        fields.refuse("echo", "false");
        fields.refuse("frequency_penalty", "0", "0.0");
        fields.refuse("presence_penalty", "0", "0.0");
        fields.refuse("logit_bias");
        fields.refuse("response_format", "{\"type\":\"text\"}");
    }

    /** Temperature, top-k, top-p, min-p, repetition penalty and seed; without a seed, a random one. */
    public static Sampling sampling(Fields fields) throws ApiException {
        long seed = fields.seed().orElseGet(() -> ThreadLocalRandom.current().nextLong(1L << 53));
        double topP = fields.number("top_p", 1, 0, 1);
        double penalty = fields.number("repetition_penalty", 1, 0, 100);
        if (topP == 0 || penalty == 0) {
            String name = topP == 0 ? "top_p" : "repetition_penalty";
            throw ApiException.invalid(name, name + " must be above 0");
        }
        return new Sampling(
                fields.number("temperature", 1, 0, 2),
                fields.integer("top_k", 0, 0, Integer.MAX_VALUE),
                topP,
                fields.number("min_p", 0, 0, 1),
                penalty,
                seed);
    }

    private int tokens(Fields fields, boolean chat) throws ApiException {
        String name = chat && fields.get("max_completion_tokens") != null ? "max_completion_tokens" : "max_tokens";
        return fields.integer(name, Math.min(mostTokens, chat ? USUAL_CHAT_TOKENS : USUAL_TOKENS), 1, mostTokens);
    }

    private static int scores(Fields fields, boolean chat) throws ApiException {
        if (!chat) {
            return fields.integer("logprobs", -1, 0, MOST_COMPLETION_SCORES);
        }
        boolean wanted = fields.flag("logprobs");
        int top = fields.integer("top_logprobs", 0, 0, MOST_CHAT_SCORES);
        if (top > 0 && !wanted) {
            throw ApiException.invalid("top_logprobs", "top_logprobs needs logprobs: true");
        }
        return wanted ? top : -1;
    }

    private static boolean usage(Fields fields, boolean stream) throws ApiException {
        JsonNode options = fields.get("stream_options");
        if (options == null) {
            return false;
        }
        if (!stream || !(options instanceof ObjectNode object)) {
            throw ApiException.invalid("stream_options", "stream_options is an object that goes with stream: true");
        }
        return new Fields(object).flag("include_usage");
    }

    private static List<Spec.Prompt> prompts(Fields fields, ServedModel model) throws ApiException {
        JsonNode prompt = fields.get("prompt");
        List<Spec.Prompt> prompts = new ArrayList<>();
        if (prompt == null) {
            prompts.add(prompt(model, "", "prompt"));
        } else if (prompt.isTextual()) {
            prompts.add(prompt(model, prompt.asText(), "prompt"));
        } else if (prompt.isArray() && !prompt.isEmpty() && prompt.get(0).isNumber()) {
            prompts.add(tokens(model, prompt));
        } else if (prompt.isArray() && !prompt.isEmpty()) {
            if (prompt.size() > MOST_CHOICES) {
                throw ApiException.invalid("prompt", "at most " + MOST_CHOICES + " prompts, not " + prompt.size());
            }
            for (JsonNode item : prompt) {
                prompts.add(item.isTextual() ? prompt(model, item.asText(), "prompt") : tokens(model, item));
            }
        } else {
            throw ApiException.invalid("prompt", "prompt must be a string, strings, tokens, or arrays of tokens");
        }
        return prompts;
    }

    /** A text as the model knows it. */
    static Spec.Prompt prompt(ServedModel model, String text, String field) throws ApiException {
        Tokenizer tokenizer = model.tokenizer();
        Tokenizer.Encoded encoded = tokenizer.encodePrompt(text);
        int[] tokens = encoded.tokens().length == 0 ? new int[] {tokenizer.startToken()} : encoded.tokens();
        return new Spec.Prompt(checkLength(model, field, tokens), encoded.note());
    }

    private static Spec.Prompt tokens(ServedModel model, JsonNode array) throws ApiException {
        if (!array.isArray() || array.isEmpty()) {
            throw ApiException.invalid("prompt", "an array of tokens must hold at least one");
        }
        int[] tokens = new int[array.size()];
        for (int i = 0; i < tokens.length; i++) {
            JsonNode token = array.get(i);
            boolean known = token.isIntegralNumber()
                    && token.canConvertToInt()
                    && token.asInt() >= 0
                    && token.asInt() < model.model().vocabularySize();
            if (!known) {
                throw ApiException.invalid(
                        "prompt",
                        "token " + i + " of the prompt is no whole number below "
                                + model.model().vocabularySize());
            }
            tokens[i] = token.asInt();
        }
        return new Spec.Prompt(checkLength(model, "prompt", tokens), "");
    }

    private static int[] checkLength(ServedModel model, String field, int... tokens) throws ApiException {
        int most = model.model().blockSize();
        if (tokens.length > most) {
            throw ApiException.invalid(
                    field,
                    "context_length_exceeded",
                    "the prompt has " + tokens.length + " tokens, the model's context is " + most);
        }
        return tokens;
    }

    /**
     * A plain template, as these models were trained on no conversations: the messages' contents one after another,
     * separated by a line break, or by a space where the model knows none, or by nothing.
     */
    private static Spec.Prompt chatPrompt(Fields fields, ServedModel model) throws ApiException {
        JsonNode messages = fields.get("messages");
        if (messages == null || !messages.isArray() || messages.isEmpty()) {
            throw ApiException.invalid("messages", "messages must be an array of at least one message");
        }
        List<String> contents = new ArrayList<>();
        for (JsonNode message : messages) {
            contents.add(content(message));
        }
        return prompt(model, String.join(separator(model.tokenizer()), contents), "messages");
    }

    private static String content(JsonNode message) throws ApiException {
        JsonNode content = message.path("content");
        if (!message.path("role").isTextual()) {
            throw ApiException.invalid("messages", "a message must have a role");
        }
        if (content.isTextual()) {
            return content.asText();
        }
        StringBuilder text = new StringBuilder();
        for (JsonNode part : content) {
            if (!part.path("type").asText().equals("text")) {
                throw ApiException.invalid("messages", "unsupported_parameter", "messages may hold text only");
            }
            text.append(part.path("text").asText());
        }
        if (!content.isArray()) {
            throw ApiException.invalid("messages", "a message must have a content that is text");
        }
        return text.toString();
    }

    private static String separator(Tokenizer tokenizer) {
        for (String candidate : List.of("\n", " ")) {
            if (tokenizer.encodePrompt(candidate).note().isEmpty()) {
                return candidate;
            }
        }
        return "";
    }
}
