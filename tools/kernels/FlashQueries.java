package kernels;

import static kernels.Source.each;

import java.util.List;

/** Flash attention's gradients of queries: queries down, keys across. */
final class FlashQueries extends Flash {
    private final Cells dq = results("o");
    private final Cells s = scores("s");
    private final Cells e = scores("e");

    FlashQueries(Tile tile) {
        super("FlashQueriesGroup", tile);
    }

    @Override
    Head head() {
        return new Head(ABOUT, "Queries", "Keys", CONTRACT, FlashKeys.SIGNATURE.formatted("Queries"));
    }

    @Override
    void kernel(Source to) {
        Operand q = new Operand("q", "queries", "i0", "width", tile.rows());
        Operand k = new Operand("k", "keys", "j0", "width", tile.columns());
        Operand g = new Operand("g", "gradients", "i0", "outWidth", tile.rows());
        Operand v = new Operand("v", "valuesAt", "j0", "width", tile.columns());
        begin(to, List.of(q, k, g, v), "rows", "");
        to.add(PLACE);
        each(s.rows(), i -> to.add("""
                float lse$1 = a.get(savedAt + FlashTile.within(i0 + ty + $2, T));
                float delta$1 = delta.get(deltaAt + FlashTile.within(i0 + ty + $2, T));
                """, i, SIDE * i));
        dq.zero(to);
        to.add(FlashForward.END);
        to.block("for (int j0 = 0; j0 < end; j0 += COLUMNS)", () -> {
            to.add("int span = FlashTile.span(j0, end, COLUMNS);");
            addScores(to, List.of(q, k, g, v), new Product(s, q, k), new Product(e, g, v));
            to.add("int ahead = i0 + ty - j0 - tx;");
            to.add("int cellTo = ty * LINE + tx;");
            store(to, e);
            drop(to, "row", "other");
            s.forEach((i, j) -> to.add("""
                    $1 = FlashTile.probability($1 * root, lse$2, ahead + $3);
                    $4 = $1 * ($4 - delta$2);
                    """, s.at(i, j), i, SIDE * (i - j), cell(i, j)));
            addRows(to, dq, "rows", "keys", "j0", "width");
        });
        to.add("int to = offsets.get(first) + batch * T * width + head * D;");
        eachRow(to, "i", "i0", () -> {
            to.add("int row = to + i * width;");
            eachChannel(to, d -> to.add("a.set(row + tx + $1, $2 * root);", SIDE * d, pick(dq, d)));
        });
    }

    private static final String ABOUT = """
            /**
             * The queries' gradients of {@link CausalAttentionFlashGroup}: a group has {@value #ROWS} queries of one head
             * and goes through the keys up to the diagonal; probabilities are computed anew from the saved sums (Dao 2023,
             * algorithm 2).
             */
            """;

    private static final String CONTRACT = """
            /**
             * {@code dq[i] = sum_j ds k[j] / sqrt(D)}; overwrites. The numbers of the offsets of dqkv, dout, qkv, saved,
             * the dropout's site, delta and D (once more, so that loops over it stay loops) follow each other.
             *
             * @param first number of dqkv's offset
             * @param delta dout·out for each row
             * @param a the one array that all others lie in
             */
            """;

    private static final String PLACE = """
            int tile = (T - 1) / ROWS - context.groupIdx;
            int i0 = tile * ROWS;
            int bh = context.groupIdy;
            int batch = bh / H;
            int head = bh - batch * H;
            int keyHead = head / (H / G);
            int width = (H + 2 * G) * D;
            int outWidth = H * D;
            int packed = offsets.get(first + 2) + batch * T * width;
            int queries = packed + head * D;
            int keys = packed + (H + keyHead) * D;
            int valuesAt = packed + (H + G + keyHead) * D;
            int gradients = offsets.get(first + 1) + batch * T * outWidth + head * D;
            int site = offsets.get(first + 4);
            int channels = offsets.get(first + 6);
            float root = 1f / TornadoMath.sqrt((float) D);
            int savedAt = offsets.get(first + 3) + bh * T;
            int deltaAt = offsets.get(first + 5) + bh * T;
            """;
}
