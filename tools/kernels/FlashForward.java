package kernels;

import static kernels.Source.each;
import static kernels.Source.fill;
import static kernels.Source.list;

import java.util.List;
import java.util.function.IntFunction;

/** Flash attention's outputs: queries down, keys across. */
final class FlashForward extends Flash {
    private final Cells out = results("o");
    private final Cells s = scores("s");

    FlashForward(Tile tile) {
        super("FlashForwardGroup", tile);
    }

    @Override
    Head head() {
        return new Head(
                ABOUT.formatted(s.rows(), s.columns(), out.rows(), out.columns()),
                "Queries",
                "Keys",
                CONTRACT,
                SIGNATURE);
    }

    @Override
    void kernel(Source to) {
        Operand q = new Operand("q", "queries", "i0", "width", tile.rows());
        Operand k = new Operand("k", "keys", "j0", "width", tile.columns());
        begin(to, List.of(q, k), "values", "float[] partial = context.allocateFloatLocalArray(ROWS * (SIDE + 1));");
        to.add(PLACE);
        out.zero(to);
        eachItemRow(to, i -> fill("float max$1 = FlashTile.MASKED;\nfloat sum$1 = 0f;", i));
        to.add("int line = ty * (SIDE + 1);");
        to.add(END);
        to.block("for (int j0 = 0; j0 < end; j0 += COLUMNS)", () -> {
            to.add("int span = FlashTile.span(j0, end, COLUMNS);");
            addScores(to, List.of(q, k), new Product(s, q, k));
            probabilities(to);
            to.add("int cellTo = ty * LINE + tx;");
            store(to, s);
            drop(to, "row", "other");
            addRows(to, out, "values", "valuesAt", "j0", "width");
        });
        finish(to);
    }

    /** Scores become exponentials, relative to the greatest score so far; sums and results shrink by how much that rose. */
    private void probabilities(Source to) {
        to.add("int ahead = i0 + ty - j0 - tx;");
        s.forEach((i, j) -> to.add("$1 = FlashTile.visible($1 * root, ahead + $2);", s.at(i, j), SIDE * (i - j)));
        eachItemRow(to, i -> partial(i, "tx") + " = greatest(" + s.row(i) + ");");
        to.add("context.localBarrier();");
        eachItemRow(to, i -> "float new" + i + " = max" + i + ";");
        to.block(
                "for (int t = 0; t < SIDE; t++)",
                () -> eachItemRow(to, i -> fill("new$1 = FlashTile.greater(new$1, $2);", i, partial(i, "t"))));
        eachItemRow(to, i -> fill("float shrink$1 = TornadoMath.exp(max$1 - new$1);\nmax$1 = new$1;", i));
        s.forEach((i, j) -> to.add("$1 = TornadoMath.exp($1 - max$2);", s.at(i, j), i));
        eachItemRow(
                to, i -> fill("sum$1 = sum$1 * shrink$1 + ($2);", i, s.row(i).replace(",", " +")));
        out.forEach((i, d) -> to.add("$1 *= shrink$2;", out.at(i, d), i));
    }

    private void finish(Source to) {
        eachItemRow(to, i -> partial(i, "tx") + " = sum" + i + ";");
        to.add("context.localBarrier();");
        eachItemRow(to, i -> "float all" + i + " = 0f;");
        to.block(
                "for (int t = 0; t < SIDE; t++)", () -> eachItemRow(to, i -> fill("all$1 += $2;", i, partial(i, "t"))));
        to.add("int outAt = offsets.get(first) + batch * T * H * D + head * D;");
        to.add("int savedAt = offsets.get(first + 1) + bh * T;");
        eachRow(to, "i", "i0", () -> {
            to.add("float all = $1;", pick("all"));
            to.block("if (tx == 0)", () -> to.add("a.set(savedAt + i, $1 + TornadoMath.log(all));", pick("max")));
            to.add("int row = outAt + i * H * D;");
            eachChannel(to, d -> to.add("a.set(row + tx + $1, $2 / all);", SIDE * d, pick(out, d)));
        });
    }

    /** The statements for each of an item's rows, row after row. */
    private void eachItemRow(Source to, IntFunction<String> statements) {
        each(s.rows(), i -> to.add(statements.apply(i)));
    }

    /** What item {@code t} has of row {@code i}. */
    private static String partial(int i, String t) {
        return fill("partial[line + $1 * (SIDE + 1) + $2]", SIDE * i, t);
    }

    @Override
    void helpers(Source to) {
        super.helpers(to);
        int n = s.columns();
        to.add("\n");
        to.block("private static float greatest(" + list(n, j -> "float s" + j) + ")", () -> {
            for (int step = 1; step < n; step *= 2) {
                for (int j = 0; j + step < n; j += 2 * step) {
                    to.add("s$1 = FlashTile.greater(s$1, s$2);", j, j + step);
                }
            }
            to.add("return s0;");
        });
    }

    private static final String ABOUT = """
            /**
             * The forward kernel of {@link CausalAttentionFlashGroup}: a group computes the outputs of {@value #ROWS}
             * queries of one head, tile after tile of keys up to the diagonal, with running maxima and sums (Dao 2023,
             * algorithm 1). Each of its 16 x 16 items holds %d x %d scores and %d x %d outputs as scalars, see {@code
             * TiledProductGroup} for why.
             */
            """;

    private static final String CONTRACT = """
            /**
             * {@code out[i] = sum_j m p[i,j] v[j]}, and the logarithm of the sum of exponentials of each row; overwrites
             * both. The numbers of the offsets of out, saved, qkv, the dropout's site and D (once more, so that loops over
             * it stay loops) follow each other.
             *
             * @param a the one array that all lie in
             * @param first number of out's offset
             */
            """;

    private static final String SIGNATURE = """
            public static void kFlashForward(
                    KernelContext context,
                    IntArray offsets,
                    int first,
                    IntArray counters,
                    FloatArray a,
                    int T,
                    int H,
                    int G,
                    int D,
                    int threshold,
                    float scale)""";

    private static final String PLACE = """
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
            int site = offsets.get(first + 3);
            int channels = offsets.get(first + 4);
            float root = 1f / TornadoMath.sqrt((float) D);
            """;

    /** Where the keys end that a group's queries see. */
    static final String END = """
            int end = i0 + ROWS;
            if (end > T) {
                end = T;
            }
            """;
}
