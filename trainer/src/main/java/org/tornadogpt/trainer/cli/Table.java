package org.tornadogpt.trainer.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Rows of cells, each column as wide as its widest cell. Where that is wider than the terminal, cells of the columns
 * that may are broken between words, the widest first.
 */
public final class Table {
    private static final String GAP = "  ";

    private final String alignment;

    /** Of one cell where it is a heading. */
    private final List<String[]> rows = new ArrayList<>();

    /** @param alignment a letter for each column: l left, r right, b left and may be broken */
    public Table(String alignment) {
        if (!alignment.matches("[lrb]+")) {
            throw new IllegalArgumentException("columns are l, r or b, got " + alignment);
        }
        this.alignment = alignment;
    }

    /** Adds a row; the text of numbers is the caller's. */
    public Table row(Object... cells) {
        if (cells.length != alignment.length()) {
            throw new IllegalArgumentException("got " + cells.length + " cells for " + alignment.length() + " columns");
        }
        rows.add(Arrays.stream(cells).map(String::valueOf).toArray(String[]::new));
        return this;
    }

    /** Adds a line across all columns. */
    public Table heading(String text) {
        rows.add(new String[] {text});
        return this;
    }

    public void print(Io io) {
        lines(io.screen().out().columns()).forEach(io.out()::println);
    }

    /** The table for a terminal of so many columns. */
    List<String> lines(int columns) {
        int[] widths = widths(columns);
        List<String> lines = new ArrayList<>();
        for (String[] row : rows) {
            lines.addAll(row.length == 1 ? List.of(row[0]) : lines(row, widths));
        }
        return lines;
    }

    private int[] widths(int columns) {
        int[] widths = new int[alignment.length()];
        int[] fewest = new int[alignment.length()];
        for (int c = 0; c < widths.length; c++) {
            int column = c;
            widths[c] = widest(rows.stream().filter(row -> row.length > 1).map(row -> row[column]));
            fewest[c] = isBroken(c)
                    ? widest(rows.stream()
                            .filter(row -> row.length > 1)
                            .flatMap(row -> Arrays.stream(row[column].split(" "))))
                    : widths[c];
        }
        int excess = Arrays.stream(widths).sum() + GAP.length() * (widths.length - 1) - columns;
        for (int c = most(widths, fewest); excess > 0 && c >= 0; c = most(widths, fewest)) {
            widths[c]--;
            excess--;
        }
        return widths;
    }

    private boolean isBroken(int column) {
        return alignment.charAt(column) == 'b';
    }

    private static int widest(Stream<String> texts) {
        return texts.mapToInt(String::length).max().orElse(0);
    }

    /** The widest column that is wider than it must be, -1 if there is none. */
    private static int most(int[] widths, int[] fewest) {
        int most = -1;
        for (int c = 0; c < widths.length; c++) {
            if (widths[c] > fewest[c] && (most < 0 || widths[c] > widths[most])) {
                most = c;
            }
        }
        return most;
    }

    private List<String> lines(String[] row, int... widths) {
        List<List<String>> cells = new ArrayList<>();
        for (int c = 0; c < widths.length; c++) {
            cells.add(Lines.broken(row[c], isBroken(c) ? widths[c] : Screen.UNLIMITED, 0));
        }
        int height = cells.stream().mapToInt(List::size).max().orElse(0);
        List<String> lines = new ArrayList<>();
        for (int line = 0; line < height; line++) {
            StringBuilder text = new StringBuilder();
            for (int c = 0; c < widths.length; c++) {
                String cell = line < cells.get(c).size() ? cells.get(c).get(line) : "";
                String padding = " ".repeat(Math.max(0, widths[c] - cell.length()));
                text.append(c == 0 ? "" : GAP).append(alignment.charAt(c) == 'r' ? padding + cell : cell + padding);
            }
            lines.add(text.toString().stripTrailing());
        }
        return lines;
    }
}
