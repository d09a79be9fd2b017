package org.tornadogpt.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LinesTest {
    @Test
    void breaksBetweenWords() {
        assertThat(Lines.broken("one two three", 100, 2)).containsExactly("one two three");
        assertThat(Lines.broken("one two three", 13, 2)).containsExactly("one two three");
        assertThat(Lines.broken("one two three", 12, 2)).containsExactly("one two", "  three");
        assertThat(Lines.broken("one two three", 7, 0)).containsExactly("one two", "three");
        assertThat(Lines.broken("", 5, 2)).containsExactly("");
    }

    @Test
    void aWordThatIsTooLongHasALineOfItsOwn() {
        assertThat(Lines.broken("a /long/path/of/a/file b", 8, 1)).containsExactly("a", " /long/path/of/a/file", " b");
        assertThat(Lines.broken("/long/path/of/a/file", 8, 1)).containsExactly("/long/path/of/a/file");
    }

    @Test
    void spacesAtTheBeginningStay() {
        assertThat(Lines.broken("  more text", 9, 4)).containsExactly("  more", "    text");
    }
}
