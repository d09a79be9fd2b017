package kernels;

import static kernels.Source.each;

/** Flash attention's gradients of queries: queries down, keys across. */
final class FlashQueries extends Flash {
    private final Cells dq = results("o");
    private final Cells s = scores("s");
    private final Cells e = scores("e");

    FlashQueries(int together) {
        super("FlashQueriesGroup", together);
    }

    @Override
    Head head() {
        return new Head(ABOUT, "Queries", "Keys", CONTRACT, FlashKeys.SIGNATURE.formatted("Queries"));
    }

    @Override
    void kernel(Source to) {
        Brought q = new Brought(new Operand("q", "first + 2", "queries", "i0", "width"), "x");
        Brought k = new Brought(new Operand("k", "first + 2", "keys", "j0", "width"), "y");
        Brought g = new Brought(new Operand("g", "first + 1", "gradients", "i0", "outWidth"), "x");
        Brought v = new Brought(new Operand("v", "first + 2", "values", "j0", "width"), "z");
        to.add(PLACE);
        begin(to, "x", "y", "z");
        each(s.rows(), i -> to.add("""
                float lse$1 = a.get(savedAt + FlashTile.within(i0 + ty * 4 + $1, T));
                float delta$1 = delta.get(deltaAt + FlashTile.within(i0 + ty * 4 + $1, T));
                """, i));
        dq.zero(to);
        to.add(FlashForward.END);
        to.block("for (int j0 = 0; j0 < end; j0 += COLUMNS)", () -> {
            to.add("int span = FlashTile.span(j0, end, COLUMNS);");
            s.zero(to);
            e.zero(to);
            slices(to, () -> {
                bring(to, "slice", q, k);
                addScores(to, s, q.block(), k.block());
                bring(to, "slice", g, v);
                addScores(to, e, g.block(), v.block());
            });
            to.add("int ahead = i0 + ty * 4 - j0 - tx * 4;");
            to.add("context.localBarrier();");
            masks(to, "x", "=", "ty * 4 + down", "tx * 4 + across");
            s.forEach((i, j) -> to.add("""
                    $1 = FlashTile.probability($1 * root, lse$2, $3);
                    $4 = $1 * ((threshold > 0 ? $4 : 1f) * $5 - delta$2);
                    """, s.at(i, j), i, Source.plus("ahead", i - j), cell("x", i, j), e.at(i, j)));
            to.add("context.localBarrier();");
            addRows(to, dq, "x", k);
        });
        to.add("int dqAt = offsets.get(first) + batch * T * width + head * D;");
        eachRow(to, "i", "i0", () -> {
            to.add("int at = dqAt + i * width + tx;");
            eachChannel(to, d -> to.add("a.set($1, $2 * root);", Source.plus("at", SIDE * d), pick(dq, d)));
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
            int packed = batch * T * width;
            int queries = packed + head * D;
            int keys = packed + (H + keyHead) * D;
            int values = packed + (H + G + keyHead) * D;
            int gradients = batch * T * outWidth + head * D;
            int site = offsets.get(first + 4);
            int channels = offsets.get(first + 6);
            float root = 1f / TornadoMath.sqrt((float) D);
            int savedAt = offsets.get(first + 3) + bh * T;
            int deltaAt = offsets.get(first + 5) + bh * T;
            """;
}
