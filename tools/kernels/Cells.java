package kernels;

import static kernels.Source.each;

/**
 * A block of an item's results, one scalar variable each.
 *
 * @param name what its variables begin with; row and column follow, a digit each
 */
record Cells(String name, int rows, int columns) {
    interface Body {
        void at(int row, int column);
    }

    String at(int row, int column) {
        return name + row + column;
    }

    /** The variables of a column, as arguments. */
    String column(int column) {
        return Source.list(rows, row -> at(row, column));
    }

    /** The variables of a row, as arguments. */
    String row(int row) {
        return Source.list(columns, column -> at(row, column));
    }

    void forEach(Body body) {
        each(rows, row -> each(columns, column -> body.at(row, column)));
    }

    void zero(Source s) {
        forEach((i, j) -> s.add("float $1 = 0f;", at(i, j)));
    }

    /** Adds the products of a column {@code left0, left1, ...} and a row {@code right0, ...}, in some of the columns. */
    void addProducts(Source s, String left, String right, int from, int to) {
        each(rows, i -> each(from, to, j -> s.add("$1 += $2 * $3;", at(i, j), left + i, right + j)));
    }

    void addProducts(Source s, String left, String right) {
        addProducts(s, left, right, 0, columns);
    }
}
