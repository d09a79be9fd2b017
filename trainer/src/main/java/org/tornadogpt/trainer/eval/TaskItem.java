package org.tornadogpt.trainer.eval;

import java.util.List;

/**
 * A context and continuations, one of which is right.
 *
 * @param choices as they are judged; a single one is a cloze item, right if the model would write just that
 * @param delimiter between context and choice
 * @param label index of the right one
 */
public record TaskItem(String context, List<String> choices, String delimiter, int label) {
    public TaskItem {
        choices = List.copyOf(choices);
    }

    public boolean isCloze() {
        return choices.size() == 1;
    }
}
