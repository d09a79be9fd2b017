package kernels;

import static kernels.Source.each;
import static kernels.Source.fill;
import static kernels.Source.list;
import static kernels.Source.plus;

import java.nio.file.Path;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * What the kernels of flash attention have in common. Rows of a tile of 64 x 64 scores are along y, columns along x; an item has 4 x 4
 * neighbours. A block of local memory holds 64 rows of an operand, 64 channels at a time, channel after channel. In channels 0 to 7 of
 * each eight, the runs of 4 rows are turned by as many places, so that items that store or read together are in different banks and each
 * read is one of 16 bytes. Three blocks are all that every device has.
 */
abstract class Flash implements KernelFile {
    /** Rows and columns of an item, and elements of a 16-byte read. */
    static final int RUN = 4;

    /** As in the hand-written class {@code FlashTile}. */
    private static final int WIDE = 128;

    /** Rows and columns of a tile, and channels of a block. */
    private static final int SPAN = SIDE * RUN;

    /** Channels of an item's results. */
    private static final int CHANNELS = WIDE / SIDE;

    /** Elements of a block that an item brings: in each of 8 channels one of two rows. */
    private static final int BROUGHT = SPAN * SPAN / ITEMS;

    private static final int EIGHT = 8;

    /**
     * An operand.
     *
     * @param name its first letter is that of an item's values
     * @param slot number of the offset of what it is in
     * @param at where it begins in there
     * @param origin the first of its rows in this tile: {@code i0} or {@code j0}
     * @param width from row to row
     */
    record Operand(String name, String slot, String at, String origin, String width) {}

    /** An operand, and the block that it is brought to. */
    record Brought(Operand operand, String block) {}

    /** How many blocks are read before the first of them is stored. */
    private final int together;

    private final String name;

    Flash(String name, int together) {
        this.name = name;
        this.together = together;
    }

    /** The comment of the class, what rows and columns of scores are, the comment of the kernel and its head. */
    record Head(String about, String rows, String columns, String contract, String signature) {}

    abstract Head head();

    abstract void kernel(Source s);

    void helpers(Source s) {
        s.pick(RUN);
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
            s.add(SIZES, head().rows, SPAN, head().columns);
            s.add("\nprivate $1() {}\n\n", name);
            s.add(head().contract);
            s.block(head().signature, () -> kernel(s));
            helpers(s);
        });
        return s.toString();
    }

    private static final String SIZES = """
            /** $1 of a group: rows of a tile of scores. */
            static final int ROWS = $2;

            /** $3 that it takes at a time: columns of a tile of scores. */
            private static final int COLUMNS = $2;

            /** Channels of a block. Heads of more are taken in two slices. */
            private static final int CHANNELS = $2;

            /** Channels that an item brings one of, and whose runs are turned differently. */
            private static final int EIGHT = 8;

            private static final int BLOCK = CHANNELS * $2;
            private static final int SIDE = FlashTile.SIDE;
            private static final int ITEMS = SIDE * SIDE;
            """;

    static Cells scores(String variable) {
        return new Cells(variable, RUN, RUN);
    }

    static Cells results(String variable) {
        return new Cells(variable, RUN, CHANNELS);
    }

    /** Local memory, which elements of a block an item brings, and its place in a tile of probabilities. */
    static void begin(Source s, String... blocks) {
        List.of(blocks).forEach(x -> s.add("float[] $1 = context.allocateFloatLocalArray(BLOCK);", x));
        s.add("""
                int tx = context.localIdx;
                int ty = context.localIdy;
                int lid = ty * SIDE + tx;
                int channel = lid & (EIGHT - 1);
                int row = (lid >> 5) * 8 + ((lid & 31) >> 3);
                int to0 = channel * COLUMNS + FlashTile.turned(row + 4 * channel, COLUMNS);
                int to1 = channel * COLUMNS + FlashTile.turned(row + 4 * channel + 4, COLUMNS);
                int turns = FlashTile.span(0, channels, EIGHT);
                int cell = ty * 4 * COLUMNS + ((tx + ty) & 15) * 4;
                """);
    }

    /**
     * Brings blocks: all reads, then all stores, since reads cannot pass stores on every device. The offset is read anew each time, so
     * that no compiler keeps the addresses in registers from one time to the next.
     */
    void bring(Source s, String slice, Brought... blocks) {
        s.add("context.localBarrier();");
        for (int from = 0; from < blocks.length; from += together) {
            List<Brought> some = List.of(blocks).subList(from, Math.min(from + together, blocks.length));
            s.block("", () -> {
                some.forEach(b -> s.add("int $1At = offsets.get($2) + $3;", b.operand.name, b.operand.slot, b.operand.at));
                some.forEach(b -> each(BROUGHT, n -> s.add("float $1Read$2 = $3;", b.operand.name, n, element(b.operand, slice, n))));
                some.forEach(b -> each(BROUGHT, n -> s.add("$1[$2] = $3Read$4;", b.block, place(n), b.operand.name, n)));
            });
        }
        s.add("context.localBarrier();");
    }

    private static String element(Operand x, String slice, int n) {
        return fill(
                "FlashTile.element(a, $1At, $2, T, $3, $4, D)",
                x.name,
                plus(x.origin + " + row", n % 2 * RUN),
                x.width,
                plus((slice.isEmpty() ? "" : slice + " + ") + "channel", n / 2 * EIGHT));
    }

    private static String place(int n) {
        return plus("to" + n % 2, n / 2 * EIGHT * SPAN);
    }

    /** Adds products of a block's rows and another's, channel after channel, to an item's scores: those first that are turned alike. */
    static void addScores(Source s, Cells sums, String rows, String columns) {
        s.block("for (int t = 0; t < turns; t++)", () -> {
            s.add("int down = t * COLUMNS + ((ty + t) & 15) * 4;");
            s.add("int across = t * COLUMNS + ((tx + t) & 15) * 4;");
            each(SPAN / EIGHT, n -> s.block(n == 0 ? "" : fill("if (D > $1)", n * EIGHT), () -> {
                s.read("r", rows, plus("down", n * EIGHT * SPAN), 0, RUN, i -> i);
                s.read("c", columns, plus("across", n * EIGHT * SPAN), 0, RUN, i -> i);
                sums.addProducts(s, "r", "c");
            }));
        });
    }

    /** A loop over the slices of a head's channels. */
    static void slices(Source s, Runnable body) {
        s.block("for (int d0 = 0; d0 < channels; d0 += CHANNELS)", () -> {
            s.add("int slice = D > CHANNELS ? d0 : 0;");
            body.run();
        });
    }

    /** The place of a score in the tile of probabilities. */
    static String cell(String tile, int i, int j) {
        return fill("$1[$2]", tile, plus("cell", i * SPAN + j));
    }

    /** Stores a value for each of an item's scores. */
    static void store(Source s, String tile, Cells values) {
        values.forEach((i, j) -> s.add("$1 = $2;", cell(tile, i, j), values.at(i, j)));
    }

    /** Stores the dropout's mask of each of an item's scores, or multiplies what it has there. A loop, since the mask is long code. */
    static void masks(Source s, String tile, String operator, String query, String key) {
        s.block("if (threshold > 0)", () -> s.block("for (int e = lid; e < 16 * ITEMS; e += ITEMS)", () -> {
            s.add("int down = e >> 10;");
            s.add("int across = (e >> 8) & 3;");
            s.add("int query = bh * T + i0 + $1;", query);
            s.add("int key = j0 + $1;", key);
            s.add(
                    "$1[cell + down * COLUMNS + across] $2 Philox.mask(counters, site, query, key, threshold, scale);",
                    tile,
                    operator);
        }));
    }

    /** {@code sums[i] += sum over the tile's columns j of weights[i][j] * x[j]}; {@code x} is in its block unless heads are wide. */
    void addRows(Source s, Cells sums, String weights, Brought x) {
        int half = CHANNELS / 2;
        s.block("if (D > CHANNELS)", () -> bring(s, "", x));
        addRows(s, sums, weights, x.block, 0);
        s.block("if (D > CHANNELS)", () -> {
            bring(s, "CHANNELS", x);
            addRows(s, sums, weights, x.block, half);
        });
    }

    private static void addRows(Source s, Cells sums, String weights, String block, int from) {
        s.block(fill("for (int k = 0; k < span; k += $1)", RUN), () -> {
            s.add("int run = k >> 2;");
            s.add("int left = ty * 4 * COLUMNS + ((run + ty) & 15) * 4;");
            s.add("int right = tx * COLUMNS + ((run + (tx & 7)) & 15) * 4;");
            each(CHANNELS / 2, c -> s.read("w" + c, block, plus("right", c * SIDE * SPAN), 0, RUN, n -> n));
            each(RUN, i -> {
                s.read("t" + i, weights, plus("left", i * SPAN), 0, RUN, n -> n);
                each(CHANNELS / 2, c -> each(RUN, n -> s.add("$1 += $2 * $3;", sums.at(i, from + c), "t" + i + n, "w" + c + n)));
            });
        });
    }

    /** Of an item's rows, one after the other, those that there are. */
    static void eachRow(Source s, String row, String origin, Runnable body) {
        s.block("for (int r = 0; r < ROWS / SIDE; r++)", () -> {
            s.add("int $1 = $2 + ty * 4 + r;", row, origin);
            s.block(fill("if ($1 < T)", row), body);
        });
    }

    /** Of an item's channels those that there are. */
    static void eachChannel(Source s, IntConsumer body) {
        each(CHANNELS, d -> s.block(fill("if (tx + $1 < D)", SIDE * d), () -> body.accept(d)));
    }

    /** Number {@code r} of an item's values, one for each row. */
    static String pick(String variable) {
        return fill("pick(r, $1)", list(RUN, i -> variable + i));
    }

    static String pick(Cells results, int channel) {
        return fill("pick(r, $1)", results.column(channel));
    }
}
