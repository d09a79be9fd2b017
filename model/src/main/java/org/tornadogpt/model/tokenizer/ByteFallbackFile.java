package org.tornadogpt.model.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.tornadogpt.model.internal.Json;

/**
 * A {@code tokenizer.json} with {@code byte_fallback}: Llama 2's (a normalizer that prepends and replaces), that of
 * later Llama and Mistral files (a {@code Metaspace} pre-tokenizer) and Gemma's (a normalizer that replaces). What
 * differs from them is refused by name.
 */
final class ByteFallbackFile {
    private static final String MARK = String.valueOf(WordMarks.MARK);
    private static final String TYPE = "type";

    private ByteFallbackFile() {}

    static ByteFallbackTokenizer read(ObjectNode tree, List<AddedToken> added, int first) {
        JsonNode model = tree.path("model");
        for (JsonNode token : tree.path("added_tokens")) {
            if (token.path("normalized").asBoolean() && !token.path("special").asBoolean()) {
                throw TokenizerFile.refused("the added token " + token.path("content") + " in normalized text");
            }
        }
        return new ByteFallbackTokenizer(new ByteFallbackTokenizer.Definition(
                Json.write(tree),
                pieces(model.path("vocab"), added),
                TokenizerFile.merges(model.path("merges"), model.path("vocab"), token -> true),
                spaces(tree),
                model.path("ignore_merges").asBoolean(),
                added,
                first));
    }

    private static String[] pieces(JsonNode vocabulary, List<AddedToken> added) {
        String[] pieces = new String[TokenizerFile.size(vocabulary, added)];
        for (Map.Entry<String, JsonNode> entry : vocabulary.properties()) {
            int id = entry.getValue().intValue();
            if (pieces[id] != null) {
                throw new IllegalArgumentException("two tokens have the number " + id);
            }
            pieces[id] = entry.getKey();
        }
        for (AddedToken token : added) {
            pieces[token.id()] = token.content();
        }
        return pieces;
    }

    private static WordMarks spaces(ObjectNode tree) {
        JsonNode before = tree.path("pre_tokenizer");
        boolean strips = strips(tree.path("decoder"));
        boolean metaspace = typeOf(before).equals("Metaspace");
        WordMarks normalized = normalizer(tree.path("normalizer"), strips, metaspace);
        if (metaspace) {
            return metaspace(before, strips);
        }
        boolean onlySpaces = typeOf(before).equals("Split")
                && before.path("pattern").path("String").asText().equals(" ");
        if (!typeOf(before).equals("none") && !onlySpaces) {
            throw TokenizerFile.refused("byte_fallback with a pre_tokenizer of type " + typeOf(before));
        }
        return normalized;
    }

    /** {@code Prepend} and {@code Replace}, or the second alone. */
    private static WordMarks normalizer(JsonNode node, boolean strips, boolean mayBeNone) {
        boolean sequence = typeOf(node).equals("Sequence");
        Set<String> seen = new TreeSet<>();
        for (JsonNode part : sequence ? node.path("normalizers") : List.of(node)) {
            boolean known = switch (typeOf(part)) {
                case "Prepend" -> part.path("prepend").asText().equals(MARK) && seen.isEmpty();
                case "Replace" -> replaces(part, " ", MARK);
                case "none" -> mayBeNone;
                default -> false;
            };
            if (!known) {
                throw TokenizerFile.refused("byte_fallback with the normalizer " + part);
            }
            seen.add(typeOf(part));
        }
        if (mayBeNone == seen.contains("Replace")) {
            throw TokenizerFile.refused("byte_fallback with spaces that are not replaced once");
        }
        return new WordMarks(
                seen.contains("Prepend") ? WordMarks.Prefix.DOUBLED : WordMarks.Prefix.NEVER, false, strips);
    }

    private static WordMarks metaspace(JsonNode node, boolean strips) {
        if (!node.path("replacement").asText().equals(MARK)) {
            throw TokenizerFile.refused("a Metaspace of " + node.path("replacement"));
        }
        String scheme =
                node.path("prepend_scheme").asText(node.path("add_prefix_space").asBoolean(true) ? "always" : "never");
        WordMarks.Prefix prefix = switch (scheme) {
            case "never" -> WordMarks.Prefix.NEVER;
            case "first" -> WordMarks.Prefix.FIRST;
            case "always" -> WordMarks.Prefix.EACH;
            default -> throw TokenizerFile.refused("a Metaspace with prepend_scheme " + scheme);
        };
        return new WordMarks(prefix, node.path("split").asBoolean(true), strips);
    }

    /** Whether the decoder takes a text's first space away; it must turn marks to spaces and fuse bytes. */
    private static boolean strips(JsonNode decoder) {
        JsonNode parts = decoder.path("decoders");
        boolean known = typeOf(decoder).equals("Sequence")
                && replaces(parts.path(0), MARK, " ")
                && typeOf(parts.path(1)).equals("ByteFallback")
                && typeOf(parts.path(2)).equals("Fuse");
        JsonNode strip = parts.path(3);
        boolean strips = typeOf(strip).equals("Strip")
                && strip.path("content").asText().equals(" ")
                && strip.path("start").asInt() == 1
                && strip.path("stop").asInt() == 0;
        if (!known || parts.size() != (strips ? 4 : 3)) {
            throw TokenizerFile.refused("byte_fallback with the decoder " + decoder);
        }
        return strips;
    }

    private static boolean replaces(JsonNode node, String what, String by) {
        return typeOf(node).equals("Replace")
                && node.path("pattern").path("String").asText().equals(what)
                && node.path("content").asText().equals(by);
    }

    private static String typeOf(JsonNode node) {
        return node.path(TYPE).asText("none");
    }
}
