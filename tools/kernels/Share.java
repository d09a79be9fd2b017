package kernels;

/**
 * Which rows (or columns) of a tile are an item's: runs of {@code together} neighbours, from run to run as many apart as all items
 * of that dimension have in a run.
 *
 * @param item the item's number in its dimension
 * @param count how many rows an item has
 * @param together 1, or 4 where 16-byte reads of local memory are wanted
 */
record Share(String item, int count, int together) {
    private static final int SIDE = KernelFile.SIDE;

    Share {
        if (count > 10 || count % together != 0) {
            throw new IllegalArgumentException(count + " rows an item in runs of " + together);
        }
    }

    /** Rows of all items. */
    int tile() {
        return SIDE * count;
    }

    /** The item's first row. */
    String first() {
        return together == 1 ? item : item + " * " + together;
    }

    /** By how much the item's row {@code i} is behind its first. */
    int at(int i) {
        return i / together * SIDE * together + i % together;
    }

    /** The same for a number that is only known when the kernel runs. */
    String at(String i) {
        return together == 1
                ? "SIDE * " + i
                : Source.fill("($1 >> $2) * $3 + ($1 & $4)", i, Source.bits(together), SIDE * together, together - 1);
    }

    /** What a comment says of it. */
    String where() {
        return together == 1 ? SIDE + " apart" : "in runs of " + together;
    }
}
