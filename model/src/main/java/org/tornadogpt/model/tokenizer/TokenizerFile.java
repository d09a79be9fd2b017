package org.tornadogpt.model.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.tornadogpt.model.CharTokenizer;
import org.tornadogpt.model.Tokenizer;
import org.tornadogpt.model.internal.Json;

/**
 * Hugging Face's {@code tokenizer.json}, as far as tokenizers here can do what it asks for; everything else is refused
 * by name.
 */
public final class TokenizerFile {
    private static final String TYPE = "type";
    private static final String BYTE_LEVEL = "ByteLevel";
    private static final String SEQUENCE = "Sequence";

    /** No tokenizer that is known has a tenth of that. */
    private static final int LARGEST = 1 << 21;

    private final ObjectNode tree;

    private TokenizerFile(ObjectNode tree) {
        this.tree = tree;
    }

    /**
     * Reads a description.
     *
     * @throws IllegalArgumentException that says in one line what is missing or cannot be done
     */
    public static Tokenizer read(ObjectNode tree) {
        return new TokenizerFile(tree).read();
    }

    private Tokenizer read() {
        JsonNode model = tree.path("model");
        String type = model.path(TYPE).asText(model.has("merges") ? "BPE" : "none");
        if (!type.equals("BPE")) {
            throw refused("a model of type " + type + "; only BPE can be used");
        }
        refuse(model, "dropout");
        refuse(model, "continuing_subword_prefix");
        refuse(model, "end_of_word_suffix");
        if (model.path("byte_fallback").asBoolean()
                && !typeOf(tree.path("decoder")).equals(BYTE_LEVEL)) {
            List<AddedToken> added = added();
            return ByteFallbackFile.read(tree, added, first(tree.path("post_processor"), added));
        }
        if (present(tree.path("normalizer"))) {
            throw refused("a normalizer of type " + typeOf(tree.path("normalizer")));
        }
        boolean single =
                model.path("merges").isEmpty() && typeOf(tree.path("decoder")).equals("Fuse");
        return single ? characters(model) : byteLevel(model);
    }

    private static boolean present(JsonNode node) {
        return !node.isMissingNode() && !node.isNull();
    }

    private static String typeOf(JsonNode node) {
        return node.path(TYPE).asText("none");
    }

    private static void refuse(JsonNode model, String setting) {
        JsonNode value = model.path(setting);
        if (present(value) && !value.asText().isEmpty()) {
            throw refused(setting + " " + value);
        }
    }

    static IllegalArgumentException refused(String what) {
        return new IllegalArgumentException("it asks for " + what);
    }

    private Tokenizer characters(JsonNode model) {
        if (present(tree.path("pre_tokenizer")) || !tree.path("added_tokens").isEmpty()) {
            throw refused("characters with a pre_tokenizer or added tokens");
        }
        int[] codePoints = new int[model.path("vocab").size()];
        for (Map.Entry<String, JsonNode> entry : model.path("vocab").properties()) {
            String text = entry.getKey();
            int id = id(entry.getValue(), text);
            if (id >= codePoints.length || text.codePointCount(0, text.length()) != 1) {
                throw new IllegalArgumentException(
                        "the vocabulary does not consist of single characters numbered from 0: '" + text + "' is "
                                + id);
            }
            codePoints[id] = text.codePointAt(0);
        }
        return CharTokenizer.of(codePoints);
    }

    private Tokenizer byteLevel(JsonNode model) {
        PreTokenizer preTokenizer = preTokenizer(tree.path("pre_tokenizer"));
        if (!typeOf(tree.path("decoder")).equals(BYTE_LEVEL)) {
            throw refused("a decoder of type " + typeOf(tree.path("decoder")));
        }
        List<AddedToken> added = added();
        byte[][] pieces = pieces(model.path("vocab"), added);
        int[] merges = merges(model.path("merges"), model.path("vocab"), token -> ByteAlphabet.read(token) != null);
        boolean ignore = model.path("ignore_merges").asBoolean();
        return new BpeTokenizer(new BpeTokenizer.Definition(
                pieces, merges, preTokenizer, ignore, added, first(tree.path("post_processor"), added)));
    }

    private static int id(JsonNode node, String token) {
        if (!node.isInt() || node.intValue() < 0 || node.intValue() >= LARGEST) {
            throw new IllegalArgumentException(
                    "token '" + token + "' has the number " + node + "; there are 0 to " + (LARGEST - 1));
        }
        return node.intValue();
    }

    private List<AddedToken> added() {
        List<AddedToken> added = new ArrayList<>();
        for (JsonNode node : tree.path("added_tokens")) {
            String content = node.path("content").asText();
            for (String flag : List.of("single_word", "lstrip", "rstrip")) {
                if (node.path(flag).asBoolean()) {
                    throw refused(flag + " of the added token '" + content + "'");
                }
            }
            if (content.isEmpty()) {
                throw new IllegalArgumentException("an added token is empty");
            }
            added.add(new AddedToken(
                    id(node.path("id"), content), content, node.path("special").asBoolean()));
        }
        return added;
    }

    /** How many numbers these tokens take up. */
    static int size(JsonNode vocabulary, List<AddedToken> added) {
        int size = 0;
        for (Map.Entry<String, JsonNode> entry : vocabulary.properties()) {
            size = Math.max(size, id(entry.getValue(), entry.getKey()) + 1);
        }
        for (AddedToken token : added) {
            size = Math.max(size, token.id() + 1);
        }
        return size;
    }

    private static byte[][] pieces(JsonNode vocabulary, List<AddedToken> added) {
        byte[][] pieces = new byte[size(vocabulary, added)][];
        for (Map.Entry<String, JsonNode> entry : vocabulary.properties()) {
            int id = entry.getValue().intValue();
            byte[] piece = ByteAlphabet.read(entry.getKey());
            boolean isAdded = added.stream().anyMatch(t -> t.id() == id);
            if (pieces[id] != null) {
                throw new IllegalArgumentException("two tokens have the number " + id);
            }
            if ((piece == null || piece.length == 0) && !isAdded) {
                throw new IllegalArgumentException(
                        "token " + id + ", '" + entry.getKey() + "', does not consist of characters for bytes");
            }
            pieces[id] = piece;
        }
        return pieces;
    }

    /** Pairs of numbers of tokens that are in the vocabulary and that {@code fits}. */
    static int[] merges(JsonNode merges, JsonNode vocabulary, Predicate<String> fits) {
        if (!merges.isArray()) {
            throw new IllegalArgumentException("the model has no list of merges");
        }
        Ints pairs = new Ints();
        for (JsonNode merge : merges) {
            String[] two = merge.isTextual()
                    ? merge.textValue().split(" ", -1)
                    : new String[] {merge.path(0).asText(), merge.path(1).asText()};
            if (two.length != 2 || (merge.isArray() && merge.size() != 2)) {
                throw new IllegalArgumentException("merge " + pairs.size() / 2 + " is not a pair: " + merge);
            }
            for (String token : two) {
                JsonNode id = vocabulary.path(token);
                if (!id.isInt() || token.isEmpty() || !fits.test(token)) {
                    throw new IllegalArgumentException(
                            "merge " + pairs.size() / 2 + " is of '" + token + "', which is not in the vocabulary");
                }
                pairs.add(id.intValue());
            }
        }
        return pairs.toArray();
    }

    private static PreTokenizer preTokenizer(JsonNode node) {
        return switch (typeOf(node)) {
            case BYTE_LEVEL -> bytes(node);
            case SEQUENCE -> sequence(node.path("pretokenizers"));
            default -> throw refused("a pre_tokenizer of type " + typeOf(node));
        };
    }

    private static PreTokenizer bytes(JsonNode node) {
        if (node.path("add_prefix_space").asBoolean(true)) {
            throw refused("add_prefix_space");
        }
        return node.path("use_regex").asBoolean(true) ? new Gpt2Split() : new NoSplit();
    }

    private static PreTokenizer sequence(JsonNode parts) {
        if (!typeOf(parts.path(parts.size() - 1)).equals(BYTE_LEVEL)) {
            throw refused("a sequence of pre_tokenizers that does not end with ByteLevel");
        }
        PreTokenizer last = bytes(parts.path(parts.size() - 1));
        for (int i = parts.size() - 2; i >= 0; i--) {
            JsonNode part = parts.path(i);
            last = switch (typeOf(part)) {
                case "Digits" -> new DigitSplit(part.path("individual_digits").asBoolean(), last);
                case "Split" -> regex(part, last);
                default -> throw refused("a pre_tokenizer of type " + typeOf(part));
            };
        }
        return last;
    }

    private static PreTokenizer regex(JsonNode split, PreTokenizer then) {
        String pattern = split.path("pattern").path("Regex").asText();
        boolean plain = split.path("behavior").asText().equals("Isolated")
                && !split.path("invert").asBoolean()
                && then instanceof NoSplit;
        for (int digits : new int[] {3, 1}) {
            Llama3Split known = new Llama3Split(digits);
            if (plain && known.pattern().equals(pattern)) {
                return known;
            }
        }
        if (plain && Gpt2Split.PATTERN.equals(pattern)) {
            return new Gpt2Split();
        }
        throw refused("a split that is neither GPT-2's nor Llama 3's: " + split.path("pattern"));
    }

    /** The added token that a template puts before a text; -1 for none. */
    private static int first(JsonNode processor, List<AddedToken> added) {
        JsonNode template = processor;
        for (JsonNode part : processor.path("processors")) {
            template = typeOf(part).equals("TemplateProcessing") ? part : template;
        }
        String name =
                template.path("single").path(0).path("SpecialToken").path("id").asText();
        return added.stream()
                .filter(t -> t.content().equals(name))
                .mapToInt(AddedToken::id)
                .findFirst()
                .orElse(-1);
    }

    /** The text of a file that Hugging Face's library of tokenizers reads. */
    static String write(BpeTokenizer tokenizer) {
        BpeTokenizer.Definition definition = tokenizer.definition();
        ObjectNode tree = frame();
        for (AddedToken token : definition.added()) {
            tree.withArray("added_tokens")
                    .addObject()
                    .put("id", token.id())
                    .put("content", token.content())
                    .put("single_word", false)
                    .put("lstrip", false)
                    .put("rstrip", false)
                    .put("normalized", false)
                    .put("special", token.special());
        }
        tree.set("pre_tokenizer", write(definition.preTokenizer()));
        tree.set("post_processor", template(definition));
        tree.set("decoder", byteLevel(true));
        ObjectNode model = model(tree, definition.ignoreMerges());
        ObjectNode vocabulary = model.putObject("vocab");
        for (int id = 0; id < definition.pieces().length; id++) {
            if (definition.pieces()[id] != null) {
                vocabulary.put(ByteAlphabet.write(definition.pieces()[id]), id);
            }
        }
        int[] merges = definition.merges();
        for (int i = 0; i < merges.length; i += 2) {
            model.withArray("merges")
                    .add(ByteAlphabet.write(definition.pieces()[merges[i]]) + " "
                            + ByteAlphabet.write(definition.pieces()[merges[i + 1]]));
        }
        return Json.write(tree);
    }

    /** Whether a tokenizer's file can be read by other programs. */
    public static boolean isCommon(Tokenizer tokenizer) {
        return !Json.readObject(tokenizer.toJson()).has("kind");
    }

    /** The text of a file with one token for each of these code points, numbered in their order. */
    public static String write(int... codePoints) {
        ObjectNode tree = frame();
        tree.set("decoder", Json.MAPPER.createObjectNode().put(TYPE, "Fuse"));
        ObjectNode vocabulary = model(tree, false).putObject("vocab");
        for (int id = 0; id < codePoints.length; id++) {
            vocabulary.put(Character.toString(codePoints[id]), id);
        }
        return Json.write(tree);
    }

    private static ObjectNode frame() {
        ObjectNode tree = Json.MAPPER.createObjectNode().put("version", "1.0");
        tree.putNull("truncation");
        tree.putNull("padding");
        tree.putArray("added_tokens");
        tree.putNull("normalizer");
        tree.putNull("pre_tokenizer");
        tree.putNull("post_processor");
        return tree;
    }

    private static ObjectNode model(ObjectNode tree, boolean ignoreMerges) {
        ObjectNode model = tree.putObject("model").put(TYPE, "BPE");
        model.putNull("dropout");
        model.putNull("unk_token");
        model.putNull("continuing_subword_prefix");
        model.putNull("end_of_word_suffix");
        model.put("fuse_unk", false).put("byte_fallback", false).put("ignore_merges", ignoreMerges);
        model.putArray("merges");
        return model;
    }

    private static ObjectNode byteLevel(boolean regex) {
        return Json.MAPPER
                .createObjectNode()
                .put(TYPE, BYTE_LEVEL)
                .put("add_prefix_space", false)
                .put("trim_offsets", true)
                .put("use_regex", regex);
    }

    private static ObjectNode write(PreTokenizer preTokenizer) {
        return switch (preTokenizer) {
            case Gpt2Split gpt2 -> byteLevel(true);
            case NoSplit whole -> byteLevel(false);
            case Llama3Split llama3 -> {
                ObjectNode sequence = Json.MAPPER.createObjectNode().put(TYPE, SEQUENCE);
                ObjectNode split =
                        sequence.putArray("pretokenizers").addObject().put(TYPE, "Split");
                split.putObject("pattern").put("Regex", llama3.pattern());
                split.put("behavior", "Isolated").put("invert", false);
                sequence.withArray("pretokenizers").add(byteLevel(false));
                yield sequence;
            }
            case DigitSplit digits -> {
                ObjectNode sequence = Json.MAPPER.createObjectNode().put(TYPE, SEQUENCE);
                sequence.putArray("pretokenizers")
                        .addObject()
                        .put(TYPE, "Digits")
                        .put("individual_digits", digits.individual());
                ObjectNode then = write(digits.then());
                if (typeOf(then).equals(SEQUENCE)) {
                    then.path("pretokenizers").forEach(sequence.withArray("pretokenizers")::add);
                } else {
                    sequence.withArray("pretokenizers").add(then);
                }
                yield sequence;
            }
        };
    }

    private static JsonNode template(BpeTokenizer.Definition definition) {
        String first = definition.added().stream()
                .filter(t -> t.id() == definition.first())
                .map(AddedToken::content)
                .findFirst()
                .orElse(null);
        if (first == null) {
            return byteLevel(true);
        }
        ObjectNode template = Json.MAPPER.createObjectNode().put(TYPE, "TemplateProcessing");
        for (String form : List.of("single", "pair")) {
            special(template, form, first);
            sequence(template, form, "A", 0);
            if (form.equals("pair")) {
                special(template, form, first);
                sequence(template, form, "B", 1);
            }
        }
        ObjectNode token = template.putObject("special_tokens").putObject(first).put("id", first);
        token.putArray("ids").add(definition.first());
        token.putArray("tokens").add(first);
        return template;
    }

    private static void special(ObjectNode template, String form, String token) {
        template.withArray(form)
                .addObject()
                .putObject("SpecialToken")
                .put("id", token)
                .put("type_id", 0);
    }

    private static void sequence(ObjectNode template, String form, String id, int type) {
        template.withArray(form).addObject().putObject("Sequence").put("id", id).put("type_id", type);
    }
}
