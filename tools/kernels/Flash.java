package kernels;

import static kernels.Source.bits;
import static kernels.Source.each;
import static kernels.Source.fill;
import static kernels.Source.list;
import static kernels.Source.plus;

import java.nio.file.Path;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * What the kernels of flash attention have in common. Rows of a tile of scores are along y, columns along x. Operands come into local
 * memory in slices: of channels where scores are computed, of rows where probabilities are multiplied with them.
 */
abstract class Flash implements KernelFile {
    /** As in the hand-written class {@code FlashTile}. */
    private static final int WIDE = 128;

    private static final int CHANNELS = WIDE / SIDE;

    /**
     * Sizes of an item's share.
     *
     * @param rows of scores, and of results
     * @param columns of scores
     * @param depth channels or rows of a slice
     */
    record Tile(int rows, int columns, int depth) {
        Tile {
            if (columns * SIDE % depth > 0 || rows * depth % SIDE > 0 || columns * depth % SIDE > 0 || depth < 4) {
                throw new IllegalArgumentException(ITEMS + " items cannot bring slices of " + depth
                        + " evenly into a tile of " + rows * SIDE + " x " + columns * SIDE);
            }
        }
    }

    /**
     * An operand of scores.
     *
     * @param name its first letter is that of an item's values
     * @param at where it begins
     * @param origin the first of its rows in this tile: {@code i0} or {@code j0}
     * @param width from row to row
     * @param count rows of an item
     */
    record Operand(String name, String at, String origin, String width, int count) {
        String slice() {
            return name + "Slice";
        }
    }

    /** {@code sums[i][j] += row[i] * column[j]}. */
    record Product(Cells sums, Operand row, Operand column) {}

    final Tile tile;
    private final String name;

    Flash(String name, Tile tile) {
        this.name = name;
        this.tile = tile;
    }

    /** The comment of the class, what rows and columns of scores are, the comment of the kernel and its head. */
    record Head(String about, String rows, String columns, String contract, String signature) {}

    abstract Head head();

    abstract void kernel(Source s);

    void helpers(Source s) {
        s.pick(tile.rows);
    }

    @Override
    public Path path() {
        return Path.of("attention", name + ".java");
    }

    @Override
    public String source() {
        Source s = new Source();
        s.add(HEADER);
        s.add("""
                package org.tornadogpt.kernels.ops.attention;

                import org.tornadogpt.kernels.kernel.random.Philox;
                import uk.ac.manchester.tornado.api.KernelContext;
                import uk.ac.manchester.tornado.api.math.TornadoMath;
                import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
                import uk.ac.manchester.tornado.api.types.arrays.IntArray;

                """);
        s.add(head().about);
        s.block("final class " + name, () -> {
            s.add("""
                    /** $1 of a group: rows of a tile of scores. */
                    static final int ROWS = $2;

                    /** $3 that it takes at a time: columns of a tile of scores. */
                    private static final int COLUMNS = $4;
                    """, head().rows, tile.rows * SIDE, head().columns, tile.columns * SIDE);
            s.add(SIZES, tile.depth, tile.rows < tile.columns ? "COLUMNS" : "ROWS");
            s.add("\nprivate $1() {}\n\n", name);
            s.add(head().contract);
            s.block(head().signature, () -> kernel(s));
            helpers(s);
        });
        return s.toString();
    }

    private static final String SIZES = """

            /** Channels of a slice of the operands of the scores, and rows of a slice of the other products' operands. */
            private static final int DEPTH = $1;

            private static final int SIDE = FlashTile.SIDE;
            private static final int WIDE = FlashTile.WIDE;

            /** Largest head size for which half of an item's results are enough. */
            private static final int NARROW = WIDE / 2;

            /** Length of a slice's lines: items of a warp that store a column are in different banks of local memory. */
            private static final int SLICE = $2 + 2;

            /** Length of the lines of a tile of probabilities. */
            private static final int LINE = COLUMNS + 1;
            """;

    Cells scores(String variable) {
        return new Cells(variable, tile.rows, tile.columns);
    }

    Cells results(String variable) {
        return new Cells(variable, tile.rows, CHANNELS);
    }

    /** Local memory, and which elements of a slice an item brings. */
    void begin(Source s, List<Operand> operands, String wide, String more) {
        operands.forEach(x -> s.add("float[] $1 = context.allocateFloatLocalArray(DEPTH * SLICE);", x.slice()));
        s.add("float[] weights = context.allocateFloatLocalArray(ROWS * LINE);");
        s.add("float[] $1 = context.allocateFloatLocalArray(DEPTH * WIDE);", wide);
        s.add(more);
        s.add("""
                int tx = context.localIdx;
                int ty = context.localIdy;
                int lid = ty * SIDE + tx;
                int sliceTerm = lid & (DEPTH - 1);
                int sliceRow = lid >> $1;
                int sliceTo = sliceTerm * SLICE + sliceRow;
                int wideBits = D > NARROW ? $2 : $3;
                int wideColumn = lid & ((1 << wideBits) - 1);
                int rowsAtOnce = (SIDE * SIDE) >> wideBits;
                """, bits(tile.depth), bits(WIDE), bits(WIDE / 2));
    }

    /** Blocks of sums of products over a head's channels. */
    void addScores(Source s, List<Operand> operands, Product... products) {
        List.of(products).forEach(p -> p.sums.zero(s));
        s.block("for (int d0 = 0; d0 < channels; d0 += DEPTH)", () -> {
            operands.stream()
                    .mapToInt(Operand::count)
                    .distinct()
                    .forEach(count -> bringSlices(
                            s, operands.stream().filter(x -> x.count == count).toList(), count * tile.depth / SIDE));
            s.add("context.localBarrier();");
            s.block("for (int d = 0; d < DEPTH; d++)", () -> {
                s.add("int rowCell = d * SLICE + ty;");
                s.add("int columnCell = d * SLICE + tx;");
                for (Product p : products) {
                    s.read(p.row.name, p.row.slice(), "rowCell", 0, tile.rows, i -> SIDE * i);
                    s.read(p.column.name, p.column.slice(), "columnCell", 0, tile.columns, i -> SIDE * i);
                    p.sums.addProducts(s, p.row.name, p.column.name);
                }
            });
            s.add("context.localBarrier();");
        });
    }

    private void bringSlices(Source s, List<Operand> operands, int reads) {
        s.block(
                fill("for (int q = 0; q < $1; q++)", reads),
                () -> operands.forEach(x -> s.add(
                        "$1[sliceTo + $2 * q] = FlashTile.element(a, $3, $4 + sliceRow + $2 * q, T, $5, d0 + sliceTerm, D);",
                        x.slice(),
                        ITEMS / tile.depth,
                        x.at,
                        x.origin,
                        x.width)));
    }

    /** The place of a score in the tile of probabilities. */
    static String cell(int i, int j) {
        return fill("weights[cellTo + $1 * LINE + $2]", SIDE * i, SIDE * j);
    }

    /** Stores a value for each of an item's scores. */
    static void store(Source s, Cells values) {
        values.forEach((i, j) -> s.add("$1 = $2;", cell(i, j), values.at(i, j)));
    }

    /** Multiplies what an item has in the tile of probabilities by the dropout's mask. */
    static void drop(Source s, String query, String key) {
        s.add("""
                if (threshold > 0) {
                    for (int row = ty; row < ROWS; row += SIDE) {
                        for (int other = tx; other < COLUMNS; other += SIDE) {
                            weights[row * LINE + other] *= Philox.mask(counters, site, bh * T + i0 + $1, j0 + $2, threshold, scale);
                        }
                    }
                }
                """, query, key);
    }

    /** {@code sums[i] += sum over the tile's columns j of weights[i][j] * x[j]}. */
    void addRows(Source s, Cells sums, String wide, String at, String origin, String width) {
        s.block("for (int k0 = 0; k0 < span; k0 += DEPTH)", () -> {
            s.add("""
                    for (int q = 0; q < DEPTH; q += rowsAtOnce) {
                        int row = q + (lid >> wideBits);
                        $1[row * WIDE + wideColumn] = FlashTile.element(a, $2, $3 + k0 + row, T, $4, wideColumn, D);
                    }
                    context.localBarrier();
                    """, wide, at, origin, width);
            s.block("for (int k = 0; k < DEPTH; k++)", () -> {
                int half = CHANNELS / 2;
                s.add("int cell = ty * LINE + k0 + k;");
                each(tile.rows, i -> s.add("float t$1 = weights[$2];", i, plus("cell", SIDE * i, "LINE")));
                s.add("int word = k * WIDE + tx;");
                s.read("w", wide, "word", 0, half, i -> SIDE * i);
                sums.addProducts(s, "t", "w", 0, half);
                s.block("if (D > NARROW)", () -> {
                    s.read("w", wide, "word", half, CHANNELS, i -> SIDE * i);
                    sums.addProducts(s, "t", "w", half, CHANNELS);
                });
            });
            s.add("context.localBarrier();");
        });
    }

    /** Of an item's rows, one after the other, those that there are. */
    void eachRow(Source s, String row, String origin, Runnable body) {
        s.block("for (int r = 0; r < ROWS / SIDE; r++)", () -> {
            s.add("int $1 = $2 + ty + SIDE * r;", row, origin);
            s.block(fill("if ($1 < T)", row), body);
        });
    }

    /** Of an item's channels those that there are. */
    static void eachChannel(Source s, IntConsumer body) {
        each(CHANNELS, d -> s.block(fill("if (tx + $1 < D)", SIDE * d), () -> body.accept(d)));
    }

    /** Number {@code r} of an item's values, one for each row. */
    String pick(String variable) {
        return fill("pick(r, $1)", list(tile.rows, i -> variable + i));
    }

    static String pick(Cells results, int channel) {
        return fill("pick(r, $1)", results.column(channel));
    }
}
