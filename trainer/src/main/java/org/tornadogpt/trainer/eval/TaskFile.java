package org.tornadogpt.trainer.eval;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.tornadogpt.trainer.data.DataException;

/**
 * Items of a task, one JSON object a line, of either of two shapes.
 *
 * <p>HellaSwag's (Zellers et al. 2019): {@code endings}, {@code label} (a number or a number in quotes) and {@code ctx}.
 * With {@code activity_label}, {@code ctx_a} and {@code ctx_b} context and endings are prepared as EleutherAI's
 * lm-evaluation-harness does, brackets removed and the activity put in front. A space goes between.
 *
 * <p>LAMBADA's (Paperno et al. 2016): {@code text}, whose last word is to be found.
 */
public final class TaskFile {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String SPACE = " ";

    private TaskFile() {}

    /**
     * Reads all items.
     *
     * @throws DataException for a line of neither shape, by its number
     */
    public static List<TaskItem> read(Path file) throws IOException {
        List<TaskItem> items = new ArrayList<>();
        int number = 0;
        for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
            number++;
            if (!line.isBlank()) {
                items.add(item(line, file + " line " + number));
            }
        }
        if (items.isEmpty()) {
            throw new DataException(file + " has no items");
        }
        return items;
    }

    private static TaskItem item(String line, String place) {
        JsonNode node;
        try {
            node = JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new DataException(place + " is not JSON: " + e.getOriginalMessage(), e);
        }
        if (node.path("endings").isArray()) {
            return choice(node, place);
        }
        if (node.path("text").isTextual()) {
            return cloze(node.path("text").asText(), place);
        }
        throw new DataException(place + " has neither ctx, endings and label (multiple choice) nor text (last word)");
    }

    private static TaskItem choice(JsonNode node, String place) {
        boolean published = node.has("activity_label") && node.has("ctx_a") && node.has("ctx_b");
        List<String> endings = new ArrayList<>();
        node.path("endings").forEach(e -> endings.add(published ? prepared(e.asText()) : e.asText()));
        int label = node.path("label").asInt(-1);
        if (endings.size() < 2 || label < 0 || label >= endings.size()) {
            throw new DataException(place + " needs two endings or more and the number of the right one as label");
        }
        String context = published
                ? prepared(node.path("activity_label").asText() + ": "
                        + node.path("ctx_a").asText() + SPACE
                        + capital(node.path("ctx_b").asText()))
                : node.path("ctx").asText();
        if (context.isEmpty()) {
            throw new DataException(place + " has no ctx");
        }
        return new TaskItem(context, endings, SPACE, label);
    }

    private static String prepared(String text) {
        return text.strip()
                .replace(" [title]", ". ")
                .replaceAll("\\[.*?\\]", "")
                .replace("  ", SPACE);
    }

    /** The first letter large and all others small, as Python's {@code capitalize} has it. */
    private static String capital(String text) {
        return text.isEmpty()
                ? text
                : text.substring(0, 1).toUpperCase(java.util.Locale.ROOT)
                        + text.substring(1).toLowerCase(java.util.Locale.ROOT);
    }

    private static TaskItem cloze(String text, String place) {
        String whole = text.strip();
        int space = whole.lastIndexOf(' ');
        if (space < 1) {
            throw new DataException(place + " has no word before its last");
        }
        return new TaskItem(whole.substring(0, space), List.of(whole.substring(space + 1)), SPACE, 0);
    }
}
