package org.tornadogpt.serve.openai;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.tornadogpt.model.LogProbabilities;
import org.tornadogpt.model.Tokenizer;
import org.tornadogpt.model.text.TextAssembler;
import org.tornadogpt.serve.engine.TextListener.Ending;

/** Builds the JSON of one answer. */
final class Answer {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final Spec spec;
    private final String id;
    private final long created = System.currentTimeMillis() / 1000;

    Answer(Spec spec) {
        this.spec = spec;
        id = (spec.chat() ? "chatcmpl-" : "cmpl-")
                + UUID.randomUUID().toString().replace("-", "");
    }

    private ObjectNode head(String object) {
        return JSON.objectNode()
                .put("id", id)
                .put("object", object)
                .put("created", created)
                .put("model", spec.model().name());
    }

    /** A chunk of a stream; {@code piece} null for one that has no choice. */
    ObjectNode chunk(Integer index, TextAssembler.Piece piece, Ending ending, boolean first) {
        ObjectNode chunk = head(spec.chat() ? "chat.completion.chunk" : "text_completion");
        ArrayNode choices = chunk.putArray("choices");
        if (piece != null) {
            ObjectNode choice = choices.addObject().put("index", index);
            if (spec.chat()) {
                ObjectNode delta = choice.putObject("delta");
                if (first) {
                    delta.put("role", "assistant");
                }
                if (first || !piece.text().isEmpty()) {
                    delta.put("content", piece.text());
                }
            } else {
                choice.put("text", piece.text());
            }
            choice.set("logprobs", scores(piece.tokens()));
            choice.put("finish_reason", reason(ending));
        }
        if (first) {
            note(chunk);
        }
        if (spec.usage()) {
            chunk.putNull("usage");
        }
        return chunk;
    }

    /** What a client can repeat the answer with, and what of the prompt the model did not know. */
    private void note(ObjectNode answer) {
        answer.put("seed", spec.sampling().seed());
        List<String> notes = spec.prompts().stream()
                .map(Spec.Prompt::note)
                .filter(note -> !note.isEmpty())
                .toList();
        if (!notes.isEmpty()) {
            answer.put("prompt_note", TextAssembler.whole(String.join("; ", notes)));
        }
    }

    /** The last chunk of a stream whose client wants to know. */
    ObjectNode usageChunk(int tokens) {
        ObjectNode chunk = chunk(null, null, null, false);
        chunk.set("usage", usage(tokens));
        return chunk;
    }

    /** A finished text. */
    record Finished(String text, List<TextAssembler.Placed> tokens, Ending ending) {
        Finished {
            tokens = List.copyOf(tokens);
        }
    }

    /** An answer that is not streamed. */
    ObjectNode whole(List<Finished> texts, int tokens) {
        ObjectNode answer = head(spec.chat() ? "chat.completion" : "text_completion");
        ArrayNode choices = answer.putArray("choices");
        for (int i = 0; i < texts.size(); i++) {
            Finished text = texts.get(i);
            ObjectNode choice = choices.addObject().put("index", i);
            if (spec.chat()) {
                choice.putObject("message")
                        .put("role", "assistant")
                        .put("content", text.text)
                        .putNull("refusal");
            } else {
                choice.put("text", text.text);
            }
            choice.set("logprobs", scores(text.tokens));
            choice.put("finish_reason", reason(text.ending));
        }
        answer.set("usage", usage(tokens));
        note(answer);
        return answer;
    }

    private ObjectNode usage(int tokens) {
        return JSON.objectNode()
                .put("prompt_tokens", spec.promptTokens())
                .put("completion_tokens", tokens)
                .put("total_tokens", spec.promptTokens() + tokens);
    }

    private static String reason(Ending ending) {
        return ending == null
                ? null
                : switch (ending) {
                    case STOPPED -> "stop";
                    case LENGTH, CANCELLED, FAILED -> "length";
                };
    }

    private ObjectNode scores(List<TextAssembler.Placed> tokens) {
        if (spec.scores() < 0) {
            return null;
        }
        return spec.chat() ? chatScores(tokens) : completionScores(tokens);
    }

    private ObjectNode chatScores(List<TextAssembler.Placed> tokens) {
        ObjectNode scores = JSON.objectNode();
        ArrayNode content = scores.putArray("content");
        for (TextAssembler.Placed placed : tokens) {
            ObjectNode entry = content.addObject();
            score(entry, placed.token(), placed.scores().logProbability());
            ArrayNode top = entry.putArray("top_logprobs");
            for (LogProbabilities.Scored other : placed.scores().top()) {
                score(top.addObject(), other.token(), other.logProbability());
            }
        }
        scores.putNull("refusal");
        return scores;
    }

    private void score(ObjectNode entry, int token, double logProbability) {
        String text = text(token);
        entry.put("token", text).put("logprob", logProbability);
        ArrayNode bytes = entry.putArray("bytes");
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            bytes.add(b & 0xFF);
        }
    }

    private ObjectNode completionScores(List<TextAssembler.Placed> tokens) {
        ObjectNode scores = JSON.objectNode();
        ArrayNode names = scores.putArray("tokens");
        ArrayNode logProbabilities = scores.putArray("token_logprobs");
        ArrayNode top = scores.putArray("top_logprobs");
        ArrayNode offsets = scores.putArray("text_offset");
        for (TextAssembler.Placed placed : tokens) {
            names.add(text(placed.token()));
            logProbabilities.add(placed.scores().logProbability());
            ObjectNode likely = top.addObject();
            placed.scores().top().forEach(other -> likely.put(text(other.token()), other.logProbability()));
            offsets.add(placed.offset());
        }
        return scores;
    }

    private String text(int token) {
        return show(spec.model().tokenizer(), token);
    }

    /** A token alone, as text that JSON can hold. */
    static String show(Tokenizer tokenizer, int token) {
        return TextAssembler.whole(tokenizer.decode(new int[] {token}));
    }

    /** Models as {@code GET /v1/models} lists them. */
    static ObjectNode model(String name, long created) {
        return JSON.objectNode()
                .put("id", name)
                .put("object", "model")
                .put("created", created)
                .put("owned_by", "tornado-gpt");
    }
}
