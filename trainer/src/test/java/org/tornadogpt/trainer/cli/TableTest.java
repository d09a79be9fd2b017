package org.tornadogpt.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TableTest {
    private static Table table() {
        return new Table("lrb")
                .row("name", "ms", "what it does")
                .row("forward", "1.25", "multiplies two matrices")
                .heading("others")
                .row("fill", "10.5", "sets");
    }

    @Test
    void columnsAreAsWideAsTheirWidestCell() {
        assertThat(table().lines(80))
                .containsExactly(
                        "name       ms  what it does", //
                        "forward  1.25  multiplies two matrices",
                        "others",
                        "fill     10.5  sets");
    }

    @Test
    void onANarrowTerminalCellsThatMayAreBroken() {
        assertThat(table().lines(32))
                .containsExactly(
                        "name       ms  what it does",
                        "forward  1.25  multiplies two",
                        "               matrices",
                        "others",
                        "fill     10.5  sets");
    }

    @Test
    void noColumnGetsNarrowerThanItsLongestWord() {
        assertThat(table().lines(5)).contains("forward  1.25  multiplies");
    }

    @Test
    void rowsHaveACellForEachColumn() {
        assertThatThrownBy(() -> new Table("lr").row("one")).hasMessageContaining("1 cells for 2 columns");
        assertThatThrownBy(() -> new Table("lx")).hasMessageContaining("lx");
    }
}
