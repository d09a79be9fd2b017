package kernels;

import static kernels.Source.each;
import static kernels.Source.fill;
import static kernels.Source.list;

import java.util.function.IntFunction;

/** Flash attention's outputs: queries down, keys across. */
final class FlashForward extends Flash {
    private final Cells out = results("o");
    private final Cells s = scores("s");

    FlashForward(int together) {
        super("FlashForwardGroup", together);
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
        Brought q = new Brought(new Operand("q", "first + 2", "queries", "i0", "width"), "x");
        Brought k = new Brought(new Operand("k", "first + 2", "keys", "j0", "width"), "y");
        Brought v = new Brought(new Operand("v", "first + 2", "values", "j0", "width"), "z");
        to.add(PLACE);
        begin(to, "x", "y", "z");
        to.block("if (D <= CHANNELS)", () -> bring(to, "", q));
        out.zero(to);
        eachItemRow(to, i -> fill("float max$1 = FlashTile.MASKED;\nfloat sum$1 = 0f;", i));
        to.add(END);
        to.block("for (int j0 = 0; j0 < end; j0 += COLUMNS)", () -> {
            to.add("int span = FlashTile.span(j0, end, COLUMNS);");
            s.zero(to);
            slices(to, () -> {
                to.block("if (D > CHANNELS)", () -> bring(to, "slice", q, k));
                to.block("if (D <= CHANNELS)", () -> bring(to, "", k, v));
                addScores(to, s, "x", "y");
            });
            probabilities(to);
            to.add("context.localBarrier();");
            store(to, "y", s);
            masks(to, "y", "*=", "ty * 4 + down", "tx * 4 + across");
            to.add("context.localBarrier();");
            addRows(to, out, "y", v);
        });
        finish(to);
    }

    /** Scores become exponentials, relative to the greatest score so far; sums and results shrink by how much that rose. */
    private void probabilities(Source to) {
        to.add("int ahead = i0 + ty * 4 - j0 - tx * 4;");
        s.forEach((i, j) -> to.add("$1 = FlashTile.visible($1 * root, $2);", s.at(i, j), Source.plus("ahead", i - j)));
        exchange(to, i -> "greatest(" + s.row(i) + ")");
        eachItemRow(to, i -> "float new" + i + " = max" + i + ";");
        eachItem(to, i -> fill("new$1 = FlashTile.greater(new$1, $2);", i, theirs(i)));
        eachItemRow(to, i -> fill("float shrink$1 = TornadoMath.exp(max$1 - new$1);\nmax$1 = new$1;", i));
        s.forEach((i, j) -> to.add("$1 = TornadoMath.exp($1 - max$2);", s.at(i, j), i));
        eachItemRow(
                to, i -> fill("sum$1 = sum$1 * shrink$1 + ($2);", i, s.row(i).replace(",", " +")));
        out.forEach((i, d) -> to.add("$1 *= shrink$2;", out.at(i, d), i));
    }

    private void finish(Source to) {
        exchange(to, i -> "sum" + i);
        eachItemRow(to, i -> "float all" + i + " = 0f;");
        eachItem(to, i -> fill("all$1 += $2;", i, theirs(i)));
        to.add("int outAt = offsets.get(first) + batch * T * H * D + head * D;");
        to.add("int savedAt = offsets.get(first + 1) + bh * T;");
        eachRow(to, "i", "i0", () -> {
            to.add("float all = $1;", pick("all"));
            to.block("if (tx == 0)", () -> to.add("a.set(savedAt + i, $1 + TornadoMath.log(all));", pick("max")));
            to.add("int at = outAt + i * H * D + tx;");
            eachChannel(to, d -> to.add("a.set($1, $2 / all);", Source.plus("at", SIDE * d), pick(out, d)));
        });
    }

    /** Leaves a value for each of the item's rows where the other items of these rows read it. */
    private void exchange(Source to, IntFunction<String> value) {
        to.add("context.localBarrier();");
        to.block("", () -> {
            to.add("int mine = tx * COLUMNS + ((ty + tx) & 15) * 4;");
            each(RUN, i -> to.add("y[$1] = $2;", Source.plus("mine", i), value.apply(i)));
        });
        to.add("context.localBarrier();");
    }

    /** The statements for each of an item's rows and each item of these rows. */
    private void eachItem(Source to, IntFunction<String> statement) {
        to.block("for (int t = 0; t < SIDE; t++)", () -> {
            to.add("int theirs = t * COLUMNS + ((ty + t) & 15) * 4;");
            eachItemRow(to, statement);
        });
    }

    private static String theirs(int i) {
        return fill("y[$1]", Source.plus("theirs", i));
    }

    /** The statements for each of an item's rows, row after row. */
    private void eachItemRow(Source to, IntFunction<String> statements) {
        each(s.rows(), i -> to.add(statements.apply(i)));
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
            int packed = batch * T * width;
            int queries = packed + head * D;
            int keys = packed + (H + keyHead) * D;
            int values = packed + (H + G + keyHead) * D;
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
