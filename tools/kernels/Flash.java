package kernels;

import static kernels.Source.at;
import static kernels.Source.bits;
import static kernels.Source.each;
import static kernels.Source.fill;
import static kernels.Source.plus;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * What the kernels of flash attention have in common. Rows of a tile of scores are along y, columns along x. Operands come into local
 * memory in slices: of channels where scores are computed, of rows where probabilities are multiplied with them.
 */
abstract class Flash implements KernelFile {
    /**
     * Sizes and order of statements.
     *
     * @param channels those of half the largest head size come first; beyond that a kernel asks
     * @param depth channels or rows of a slice
     * @param slicePadding by how much a slice's lines are longer than a tile
     * @param linePadding the same for the lines of a tile of probabilities
     * @param written terms of a slice whose arithmetic is written out; a loop goes over the rest
     * @param readsFirst all reads of a slice come before its stores
     */
    record Sizes(
            Share rows,
            Share columns,
            Share channels,
            int depth,
            int slicePadding,
            int linePadding,
            int written,
            boolean readsFirst) {
        Sizes {
            if (columns.tile() % depth > 0) {
                throw new IllegalArgumentException("slices of " + depth + " do not fill a tile of " + columns.tile());
            }
        }

        int wide() {
            return channels.tile();
        }

        int narrow() {
            return channels.tile() / 2;
        }
    }

    /**
     * An operand of scores.
     *
     * @param along "row" or "column"
     * @param at where it begins
     * @param origin the first of its rows in this tile
     * @param width from row to row
     */
    record Operand(String name, String along, String at, String origin, String width) {}

    /** {@code sums[i][j] += row[i] * column[j]}. */
    record Product(Cells sums, Operand row, Operand column) {}

    private final String name;
    final Sizes sizes;

    Flash(String name, Sizes sizes) {
        this.name = name;
        this.sizes = sizes;
    }

    abstract String about();

    abstract String contract();

    abstract String signature();

    abstract void kernel(Source s);

    void helpers(Source s) {
        s.pick(sizes.rows.count());
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
        s.add(about());
        s.block("final class " + name, () -> {
            constants(s);
            s.add("\nprivate $1() {}\n\n", name);
            s.add(contract());
            s.block(signature(), () -> kernel(s));
            helpers(s);
        });
        return s.toString();
    }

    private void constants(Source s) {
        s.add(
                """
                /** Rows of a tile of scores. */
                static final int ROWS = $1;

                /** Columns of a tile of scores. */
                static final int COLUMNS = $2;

                /** Items of a group in each dimension. */
                static final int SIDE = $3;

                /** Largest head size, and length of the lines of a slice of rows. */
                static final int WIDE = $4;

                /** Largest head size for which half of an item's results are enough. */
                private static final int NARROW = $5;

                /** Channels or rows of a slice. */
                private static final int DEPTH = $6;

                """,
                sizes.rows.tile(),
                sizes.columns.tile(),
                Share.SIDE,
                sizes.wide(),
                sizes.narrow(),
                sizes.depth);
        s.add(
                """
                private static final int ROW_SLICE = ROWS + $1;
                private static final int COLUMN_SLICE = COLUMNS + $1;
                private static final int LINE = COLUMNS + $2;
                """,
                sizes.slicePadding,
                sizes.linePadding);
    }

    Cells scores(String variable) {
        return new Cells(variable, sizes.rows.count(), sizes.columns.count());
    }

    Cells results(String variable) {
        return new Cells(variable, sizes.rows.count(), sizes.channels.count());
    }

    /** Local memory, and which elements of a slice an item brings. */
    void begin(Source s, List<Operand> operands, String wide, String more) {
        for (Operand x : operands) {
            String line = x.along.toUpperCase(Locale.ROOT) + "_SLICE";
            s.add("float[] $1Slice = context.allocateFloatLocalArray(DEPTH * $2);", x.name, line);
        }
        s.add("float[] weights = context.allocateFloatLocalArray(ROWS * LINE);");
        s.add("float[] $1 = context.allocateFloatLocalArray(DEPTH * WIDE);", wide);
        s.add(more);
        s.add(
                """
                int tx = context.localIdx;
                int ty = context.localIdy;
                int lid = ty * SIDE + tx;
                int sliceTerm = lid & (DEPTH - 1);
                int sliceRow = lid >> $1;
                int rowTo = sliceTerm * ROW_SLICE + sliceRow;
                int columnTo = sliceTerm * COLUMN_SLICE + sliceRow;
                int wideBits = D > NARROW ? $2 : $3;
                int wideColumn = lid & ((1 << wideBits) - 1);
                int rowsAtOnce = (SIDE * SIDE) >> wideBits;
                """,
                bits(sizes.depth),
                bits(sizes.wide()),
                bits(sizes.narrow()));
    }

    /** Where a group of queries and what it reads is. */
    void placeOfQueries(Source s) {
        s.add("""
                int tile = (T - 1) / ROWS - context.groupIdx;
                int i0 = tile * ROWS;
                int bh = context.groupIdy;
                int batch = bh / H;
                int head = bh - batch * H;
                int keyHead = head / (H / G);
                int width = (H + 2 * G) * D;
                int packed = offsets.get(first + 2) + batch * T * width;
                int queries = packed + head * D;
                int keys = packed + (H + keyHead) * D;
                int valuesAt = packed + (H + G + keyHead) * D;
                """);
    }

    /** Blocks of sums of products over a head's channels. */
    void scores(Source s, List<Operand> operands, Product... products) {
        for (Product p : products) {
            p.sums.zero(s);
        }
        s.block("for (int d0 = 0; d0 < channels; d0 += DEPTH)", () -> {
            bringSlices(s, operands);
            s.add("context.localBarrier();");
            s.terms(
                    "d",
                    sizes.depth,
                    sizes.written,
                    d -> {
                        s.add("int rowCell = $1;", at(d, "ROW_SLICE", sizes.rows.first()));
                        s.add("int columnCell = $1;", at(d, "COLUMN_SLICE", sizes.columns.first()));
                    },
                    n -> {
                        for (Product p : products) {
                            String row = p.row.name;
                            String column = p.column.name;
                            s.read(row, row + "Slice", plus("rowCell", n, "ROW_SLICE"), sizes.rows);
                            s.read(column, column + "Slice", plus("columnCell", n, "COLUMN_SLICE"), sizes.columns);
                            p.sums.addProducts(s, row, column);
                        }
                    });
            s.add("context.localBarrier();");
        });
    }

    private void bringSlices(Source s, List<Operand> operands) {
        if (sizes.readsFirst) {
            operands.forEach(x -> each(reads(x), n -> s.add("float $1Read$2 = $3;", x.name, n, element(x, n))));
            operands.forEach(x -> each(reads(x), n -> s.add("$1 = $2Read$3;", slice(x, n), x.name, n)));
            return;
        }
        operands.stream().mapToInt(this::reads).distinct().forEach(count -> {
            s.block(fill("for (int q = 0; q < $1; q++)", count), () -> operands.stream()
                    .filter(x -> reads(x) == count)
                    .forEach(x -> s.add("$1 = $2;", slice(x, "q"), element(x, "q"))));
        });
    }

    /** How many elements of an operand's slice each item brings. */
    private int reads(Operand x) {
        Share share = x.along.equals("row") ? sizes.rows : sizes.columns;
        return share.tile() * sizes.depth / Share.ITEMS;
    }

    private String slice(Operand x, Object n) {
        return fill("$1Slice[$2To + $3 * $4]", x.name, x.along, Share.ITEMS / sizes.depth, n);
    }

    private String element(Operand x, Object n) {
        return fill(
                "FlashTile.element(a, $1, $2 + sliceRow + $3 * $4, T, $5, d0 + sliceTerm, D)",
                x.at,
                x.origin,
                Share.ITEMS / sizes.depth,
                n,
                x.width);
    }

    /** The place of a score in the tile of probabilities. */
    String cell(int i, int j) {
        return fill("weights[$1]", plus(plus("cellTo", sizes.rows.at(i), "LINE"), sizes.columns.at(j)));
    }

    /** Multiplies what an item has in the tile of probabilities by the dropout's mask. */
    void drop(Source s, String query, String key) {
        Share rows = sizes.rows;
        Share columns = sizes.columns;
        s.add(
                """
                if (threshold > 0) {
                    for (int row = $1; row < ROWS; row += $2) {
                        for (int other = $3; other < COLUMNS; other += $4) {
                            weights[row * LINE + other] *= Philox.mask(counters, site, bh * T + i0 + $5, j0 + $6, threshold, scale);
                        }
                    }
                }
                """,
                rows.first(),
                rows.step("row"),
                columns.first(),
                columns.step("other"),
                query,
                key);
    }

    /** {@code sums[i] += sum over the tile's columns j of weights[i][j] * x[j]}. */
    void addRows(Source s, Cells sums, String wide, String at, String origin, String width) {
        int all = sizes.channels.count();
        s.block("for (int k0 = 0; k0 < span; k0 += DEPTH)", () -> {
            bringRows(s, wide, fill("FlashTile.element(a, $1, $2 + k0 + row, T, $3, wideColumn, D)", at, origin, width));
            s.add("context.localBarrier();");
            s.terms(
                    "k",
                    sizes.depth,
                    sizes.written,
                    k -> {
                        s.add("int cell = $1 * LINE + k0$2;", sizes.rows.first(), k.isEmpty() ? "" : " + " + k);
                        s.add("int word = $1;", at(k, "WIDE", sizes.channels.first()));
                    },
                    n -> {
                        String word = plus("word", n, "WIDE");
                        each(sizes.rows.count(), i -> s.add(
                                "float t$1 = weights[$2];", i, plus(plus("cell", n), sizes.rows.at(i), "LINE")));
                        s.read("w", wide, word, sizes.channels, 0, all / 2);
                        sums.addProducts(s, "t", "w", 0, all / 2);
                        s.block("if (D > NARROW)", () -> {
                            s.read("w", wide, word, sizes.channels, all / 2, all);
                            sums.addProducts(s, "t", "w", all / 2, all);
                        });
                    });
            s.add("context.localBarrier();");
        });
    }

    private void bringRows(Source s, String wide, String element) {
        s.add(
                """
                for (int q = 0; q < DEPTH; q += rowsAtOnce) {
                    int row = q + (lid >> wideBits);
                    $1[row * WIDE + wideColumn] = $2;
                }
                """,
                wide,
                element);
    }

    /** What happens to each row of results: {@code row} is its number. */
    void eachRow(Source s, String row, String origin, Runnable body) {
        s.block("for (int r = 0; r < ROWS / SIDE; r++)", () -> {
            s.add("int $1 = $2 + $3 + $4;", row, origin, sizes.rows.first(), sizes.rows.at("r"));
            s.block(fill("if ($1 < T)", row), body);
        });
    }

    /** Sets element {@code to + d} to each result d of row r. */
    void set(Source s, String... toAndValue) {
        each(sizes.channels.count(), d -> {
            String channel = plus(sizes.channels.first(), sizes.channels.at(d));
            s.block(fill("if ($1 < D)", channel), () -> {});
        });
    }
}
