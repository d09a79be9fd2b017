package kernels;

import static kernels.Source.at;
import static kernels.Source.bits;
import static kernels.Source.each;
import static kernels.Source.fill;
import static kernels.Source.plus;

import java.nio.file.Path;

/**
 * The kernel of a matrix product: tiles of the operands in local memory, a block of results for each item.
 *
 * @param rows of results, along y
 * @param columns of results, along x
 * @param depth terms in local memory at a time
 * @param padding by how much lines of local memory are longer than a tile
 * @param written terms whose arithmetic is written out; the loop goes over the rest
 */
record TiledProduct(Kind kind, Share rows, Share columns, int depth, int padding, int written, Order order)
        implements KernelFile {
    /** Which products a kernel is for. */
    enum Kind {
        /** Any sizes: indices are clamped. */
        EDGES("TiledProductGroup"),
        /** Sizes that are multiples of the tile and the depth: addresses go on from step to step. */
        WHOLE("WholeTilesGroup"),
        /** Devices whose compiler is slow: sizes come from the table. */
        SMALL("SmallTiledProductGroup");

        private final String file;

        Kind(String file) {
            this.file = file;
        }
    }

    /** Of the statements of a step, which is {@code depth} terms. */
    enum Order {
        /** Each element is stored in local memory as soon as it is read. */
        STORE_EACH,
        /** All of a step's reads, then its stores. */
        READ_ALL_THEN_STORE,
        /** The next step's reads, this step's arithmetic, the next step's stores: two local buffers. */
        READ_AHEAD
    }

    /** Of a row of all items' results, those that an item finishes at a time: what they are added to is read for all of them first. */
    private static final int FINISHED = 4;

    /** An operand: variables and arrays that belong to it begin with {@code name}. */
    private record Operand(String name, Share share, String origin, String size, String line) {}

    private boolean small() {
        return kind == Kind.SMALL;
    }

    private boolean whole() {
        return kind == Kind.WHOLE;
    }

    @Override
    public Path path() {
        return Path.of("matmul", kind.file + ".java");
    }

    @Override
    public String source() {
        Source s = new Source();
        s.add(HEADER);
        s.add("package org.tornadogpt.kernels.ops.matmul;\n\n");
        s.add(small() ? "import org.tornadogpt.kernels.kernel.group.TableFloat;" : "");
        s.add("""
                import uk.ac.manchester.tornado.api.KernelContext;
                import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
                import uk.ac.manchester.tornado.api.types.arrays.IntArray;

                """);
        about(s);
        s.block(fill("final class $1", kind.file), () -> {
            s.add(SIZES, rows.tile(), columns.tile(), SIDE, whole() ? "static" : "private static", depth, padding);
            s.add("\nprivate $1() {}\n\n", kind.file);
            s.add(small() ? SMALL_CONTRACT : whole() ? WHOLE_CONTRACT : CONTRACT);
            s.block(small() ? SMALL_SIGNATURE : fill(SIGNATURE, whole() ? "Whole" : "Tiled"), () -> kernel(s));
            s.pick(rows.count());
        });
        return s.toString();
    }

    private void about(Source s) {
        switch (kind) {
            case EDGES -> s.add(LARGE, rows.count(), columns.count(), rows.where(), columns.where());
            case WHOLE -> s.add(ABOUT_WHOLE);
            case SMALL -> s.add(SMALL, rows.count(), columns.count());
        }
    }

    private void kernel(Source s) {
        Operand a = new Operand("a", rows, "i0", "I", "A_LINE");
        Operand b = new Operand("b", columns, "j0", "J", "B_LINE");
        Cells c = new Cells("c", rows.count(), columns.count());
        s.add(small() ? SMALL_START : "");
        begin(s);
        place(s, a, "first", "FIRST_DOWN");
        place(s, b, "first + 1", "SECOND_DOWN");
        c.zero(s);
        if (order == Order.READ_AHEAD) {
            stepsWithReadsAhead(s, a, b, c);
        } else {
            steps(s, a, b, c);
        }
        s.add(small() ? SMALL_END : "");
        finish(s, c);
    }

    /** Items, the group's tile and its part of the sums. Results leave through a's local memory, one row of all items at a time. */
    private void begin(Source s) {
        int buffers = order == Order.READ_AHEAD ? 2 : 1;
        int forResults = SIDE * columns.tile();
        boolean enough = buffers * depth * (rows.tile() + padding) >= forResults;
        String both = buffers == 2 ? "2 * " : "";
        s.add("""
                float[] aTile = context.allocateFloatLocalArray($1);
                float[] bTile = context.allocateFloatLocalArray($2);
                int tx = context.localIdx;
                int ty = context.localIdy;
                int lid = ty * SIDE + tx;
                int i0 = context.groupIdy * ROWS;
                int j0 = context.groupIdx * COLUMNS;
                int begin = context.groupIdz * part;
                int end = begin + part;
                """, enough ? both + "DEPTH * A_LINE" : "SIDE * COLUMNS", both + "DEPTH * B_LINE");
        s.add(whole() ? "" : """
                if (end > P) {
                    end = P;
                }
                """);
    }

    /** Which elements of an operand's tile an item brings: neighbouring items bring what lies side by side in memory. */
    private void place(Source s, Operand x, String slot, String down) {
        int tile = x.share.tile();
        s.add("""
                int $1At = offsets.get($2);
                int $1Down = mode & ProductTile.$3;
                int $1Row = $1Down > 0 ? lid & $4 : lid >> $5;
                int $1P = $1Down > 0 ? lid >> $6 : lid & $7;
                """, x.name, slot, down, tile - 1, bits(depth), bits(tile), depth - 1);
        s.add("""
                int $1RowStep = $1Down > 0 ? 0 : $2;
                int $1PStep = $1Down > 0 ? $3 : 0;
                int $1To = $1P * $4 + $1Row;
                int $1Apart = $1PStep * $4 + $1RowStep;
                """, x.name, ITEMS / depth, ITEMS / tile, x.line);
        if (whole()) {
            s.add("""
                    int $1Stride = $1PStep * $2 + $1RowStep * P;
                    int $1Step = $1Down > 0 ? DEPTH * $2 : DEPTH;
                    $1At += $1Down > 0 ? (begin + $1P) * $2 + $3 + $1Row : ($3 + $1Row) * P + begin + $1P;
                    """, x.name, x.size, x.origin);
        }
    }

    private void steps(Source s, Operand a, Operand b, Cells c) {
        s.block("for (int p0 = begin; p0 < end; p0 += DEPTH)", () -> {
            if (order == Order.STORE_EACH) {
                each(elements(a), n -> s.add("$1 = $2;", local(a, n, ""), element(a, n, "p0")));
                each(elements(b), n -> s.add("$1 = $2;", local(b, n, ""), element(b, n, "p0")));
            } else {
                read(s, "p0", a, b);
                store(s, "", a, b);
            }
            s.add(whole() ? "aAt += aStep;\nbAt += bStep;" : "");
            s.add("context.localBarrier();");
            arithmetic(s, "", "", c);
            s.add("context.localBarrier();");
        });
    }

    /**
     * A buffer's offset is a constant times a bit, or compilers find no 16-byte reads; a barrier keeps reads before the arithmetic.
     * The last step of whole tiles reads its own operands again.
     */
    private void stepsWithReadsAhead(Source s, Operand a, Operand b, Cells c) {
        s.block("", () -> {
            read(s, "begin", a, b);
            store(s, "", a, b);
        });
        s.add("context.localBarrier();");
        s.add("int flip = 0;");
        s.block("for (int p0 = begin + DEPTH; p0 < end + DEPTH; p0 += DEPTH)", () -> {
            s.add(whole() ? "aAt += p0 < end ? aStep : 0;\nbAt += p0 < end ? bStep : 0;" : "");
            read(s, "p0", a, b);
            s.add("context.localBarrier();");
            s.add("int aNow = (flip & 1) * DEPTH * A_LINE;");
            s.add("int bNow = (flip & 1) * DEPTH * B_LINE;");
            arithmetic(s, " + aNow", " + bNow", c);
            s.add("flip++;");
            s.add("int aNext = (flip & 1) * DEPTH * A_LINE;");
            s.add("int bNext = (flip & 1) * DEPTH * B_LINE;");
            store(s, "Next", a, b);
            s.add("context.localBarrier();");
        });
    }

    private void read(Source s, String from, Operand... operands) {
        for (Operand x : operands) {
            each(elements(x), n -> s.add("float $1Read$2 = $3;", x.name, n, element(x, n, from)));
        }
    }

    private void store(Source s, String buffer, Operand... operands) {
        for (Operand x : operands) {
            String offset = buffer.isEmpty() ? "" : " + " + x.name + buffer;
            each(elements(x), n -> s.add("$1 = $2Read$3;", local(x, n, offset), x.name, n));
        }
    }

    /** How many elements of an operand's tile each item brings. */
    private int elements(Operand x) {
        int all = depth * x.share.tile();
        if (all % ITEMS > 0 || x.share.tile() > ITEMS) {
            throw new IllegalArgumentException(ITEMS + " items cannot bring a tile of " + all + " elements");
        }
        return all / ITEMS;
    }

    private static String local(Operand x, int n, String offset) {
        return fill("$1Tile[$2$3]", x.name, plus(x.name + "To", n, x.name + "Apart"), offset);
    }

    private String element(Operand x, int n, String from) {
        if (whole()) {
            return fill("$1.get($2)", x.name, plus(x.name + "At", n, x.name + "Stride"));
        }
        return fill(
                "ProductTile.term($1, $1At, $2, $3, $4, end, P, $1Down)",
                x.name,
                fill("$1 + $2Row + $3 * $2RowStep", x.origin, x.name, n),
                x.size,
                fill("$1 + $2P + $3 * $2PStep", from, x.name, n));
    }

    private void arithmetic(Source s, String aBuffer, String bBuffer, Cells c) {
        s.terms(
                "p",
                depth,
                written,
                p -> {
                    s.add("int aLine = $1;", at(p, "A_LINE", rows.first() + aBuffer));
                    s.add("int bLine = $1;", at(p, "B_LINE", columns.first() + bBuffer));
                },
                n -> {
                    s.read("a", "aTile", plus("aLine", n, "A_LINE"), 0, rows.count(), rows::at);
                    s.read("b", "bTile", plus("bLine", n, "B_LINE"), 0, columns.count(), columns::at);
                    c.addProducts(s, "a", "b");
                });
    }

    /**
     * A row of all items' results comes into local memory at a time, so that neighbouring items finish neighbouring results. Loops
     * that begin at the item's number are not unrolled.
     */
    private void finish(Source s, Cells c) {
        int count = Math.min(FINISHED, columns.count());
        s.add("int plane = context.groupIdz * I * J;");
        s.add("int cell = ty * COLUMNS + $1;", columns.first());
        s.block(fill("for (int turn = lid; turn < $1 * ITEMS; turn += ITEMS)", rows.count()), () -> {
            s.add("int r = turn >> $1;", bits(ITEMS));
            s.add("int rowAt = i0 + $1;", rows.at("r"));
            s.add("context.localBarrier();");
            each(columns.count(), j -> s.add("aTile[$1] = pick(r, $2);", plus("cell", columns.at(j)), c.column(j)));
            s.add("context.localBarrier();");
            s.block(fill("for (int e = lid; e < SIDE * COLUMNS; e += $1 * ITEMS)", count), () -> {
                s.add("int j = j0 + (e & $1);", columns.tile() - 1);
                each(count, n -> s.add("int iOf$1 = rowAt + $2;", n, place(n == 0 ? "e" : "(" + plus("e", n, "ITEMS") + ")")));
                each(count, n -> s.add("float was$1 = $2;", n, fill(BEFORE, n)));
                each(count, n -> finish(s, n));
            });
        });
    }

    /** How far the row of element {@code e} is behind the first item's. */
    private String place(String e) {
        String line = fill("($1 >> $2)", e, bits(columns.tile()));
        return rows.together() == 1 ? line : line + " * " + rows.together();
    }

    private void finish(Source s, int n) {
        Runnable body = () -> s.add(FINISH, n, plus("e", n, "ITEMS"));
        if (whole()) {
            s.block("", body);
        } else {
            s.block(fill("if (iOf$1 < I && j < J)", n), body);
        }
    }

    private static final String BEFORE = "ProductTile.before(out, offsets, first, plane, iOf$1, j, I, J, mode)";

    private static final String FINISH = """
            float sum = aTile[$2];
            ProductTile.finish(
                    sum, was$1, bias, offsets, first, counters, out, plane, iOf$1, j, J, mode, threshold, scale);
            """;

    private static final String LARGE = """
            /**
             * The kernel of {@link MatMulGroup}: a group of {@value #SIDE} x {@value #SIDE} items computes a tile of
             * {@value #ROWS} x {@value #COLUMNS} results, {@value #DEPTH} terms at a time. The operands' parts come into
             * local memory, and each item adds to its $1 x $2 results: rows $3, columns $4.
             *
             * <p>The results are scalars, because a private array becomes local memory in TornadoVM's PTX code, and the
             * driver's assembler does not bring it back into registers (seen: 256 bytes of stack for 64 floats, two memory
             * accesses for each multiplication). Lines of the tiles are longer than a multiple of the 32 banks of local
             * memory by what keeps the items of a warp apart when they store a tile's columns.
             */
            """;

    private static final String ABOUT_WHOLE = """
            /**
             * {@link TiledProductGroup} for sizes that are multiples of the tile, and parts of sums that are multiples of
             * the depth: nothing is clamped, and addresses go on from step to step. Each result is the same sum in the same
             * order as there.
             */
            """;

    private static final String SMALL = """
            /**
             * {@link TiledProductGroup} for devices whose compiler is slow: $1 x $2 results for each item are less code to
             * compile and fit the registers of processors, whose compilers make vectors of the {@value #SIDE} items of a
             * row. Sizes, how operands are stored and what is done to finished results are read from the table, so that
             * one compiled kernel serves all products. Each result is the same sum in the same order as there.
             */
            """;

    private static final String SIZES = """
            /** Rows of results of a group. */
            static final int ROWS = $1;

            /** Columns of results of a group. */
            static final int COLUMNS = $2;

            /** Items of a group in each dimension. */
            static final int SIDE = $3;

            /** Terms of each sum that are in local memory at a time. */
            $4 final int DEPTH = $5;

            private static final int ITEMS = SIDE * SIDE;
            private static final int A_LINE = ROWS + $6;
            private static final int B_LINE = COLUMNS + $6;
            """;

    private static final String CONTRACT = """
            /**
             * {@code out[z,i,j] = sum over p of part z of a[i,p] b[p,j]}, finished as {@code mode} says. The numbers of the
             * offsets of a, b, out, bias, the extra slice (in the array of the result) and the dropout's site follow each
             * other.
             *
             * @param first number of a's offset
             * @param part terms that a layer of groups adds up
             * @param mode sum of {@link ProductTile}'s flags
             */
            """;

    private static final String WHOLE_CONTRACT = """
            /**
             * As {@link TiledProductGroup#kMatMulTiled}.
             *
             * @param first number of a's offset
             * @param I a multiple of ROWS
             * @param J a multiple of COLUMNS
             * @param P a multiple of part
             * @param part terms that a layer of groups adds up, a multiple of DEPTH
             * @param mode sum of {@link ProductTile}'s flags
             */
            """;

    private static final String SMALL_CONTRACT = """
            /**
             * As {@link TiledProductGroup#kMatMulTiled}, with I, J, P, part, the mode, the dropout's threshold and its
             * scale ({@link TableFloat}) in the table after the offsets.
             *
             * @param first number of a's offset
             */
            """;

    private static final String SIGNATURE = """
            public static void kMatMul$1(
                    KernelContext context,
                    IntArray offsets,
                    int first,
                    FloatArray a,
                    FloatArray b,
                    FloatArray bias,
                    IntArray counters,
                    FloatArray out,
                    int I,
                    int J,
                    int P,
                    int part,
                    int mode,
                    int threshold,
                    float scale)""";

    private static final String SMALL_SIGNATURE = """
            public static void kMatMulSmall(
                    KernelContext context,
                    IntArray offsets,
                    int first,
                    FloatArray a,
                    FloatArray b,
                    FloatArray bias,
                    IntArray counters,
                    FloatArray out)""";

    private static final String SMALL_START = """
            int I = offsets.get(first + 6);
            int J = offsets.get(first + 7);
            int P = offsets.get(first + 8);
            int part = offsets.get(first + 9);
            int mode = offsets.get(first + 10);
            """;

    private static final String SMALL_END = """
            int threshold = offsets.get(first + 11);
            float scale = TableFloat.of(offsets, first + 12);
            """;
}
