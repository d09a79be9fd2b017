package kernels;

import static kernels.Source.each;

/** Flash attention's gradients of keys and values: keys down, queries across. */
final class FlashKeys extends Flash {
    private final Cells dv = results("dv");
    private final Cells dk = results("dk");
    private final Cells s = scores("s");
    private final Cells e = scores("e");

    FlashKeys(int together) {
        super("FlashKeysGroup", together);
    }

    @Override
    Head head() {
        return new Head(ABOUT, "Keys", "Queries", CONTRACT, SIGNATURE.formatted("Keys"));
    }

    @Override
    void kernel(Source to) {
        Brought q = new Brought(new Operand("q", "first + 2", "queries", "i0", "width"), "y");
        Brought k = new Brought(new Operand("k", "first + 2", "keys", "j0", "width"), "x");
        Brought g = new Brought(new Operand("g", "first + 1", "gradients", "i0", "outWidth"), "z");
        Brought v = new Brought(new Operand("v", "first + 2", "values", "j0", "width"), "x");
        to.add(PLACE);
        begin(to, "x", "y", "z");
        dv.zero(to);
        dk.zero(to);
        to.block("for (int head = keyHead * shared; head < keyHead * shared + shared; head++)", () -> {
            to.add(PLACE_OF_HEAD);
            to.block("for (int i0 = j0; i0 < T; i0 += COLUMNS)", () -> {
                to.add("int span = FlashTile.span(i0, T, COLUMNS);");
                s.zero(to);
                e.zero(to);
                slices(to, () -> {
                    bring(to, "slice", k, q);
                    addScores(to, s, k.block(), q.block());
                    bring(to, "slice", v, g);
                    addScores(to, e, v.block(), g.block());
                });
                to.add("context.localBarrier();");
                masks(to, "x", "=", "tx * 4 + across", "ty * 4 + down");
                each(s.columns(), j -> query(to, j));
                to.add("context.localBarrier();");
                addRows(to, dv, "x", g);
                to.add("context.localBarrier();");
                store(to, "x", s);
                to.add("context.localBarrier();");
                addRows(to, dk, "x", q);
            });
        });
        to.add("int dkvAt = offsets.get(first) + batch * T * width + (H + keyHead) * D;");
        eachRow(to, "j", "j0", () -> {
            to.add("int at = dkvAt + j * width + tx;");
            eachChannel(to, d -> to.add("""
                    a.set($1, $2 * root);
                    a.set($1 + G * D, $3);
                    """, Source.plus("at", SIDE * d), pick(dk, d), pick(dv, d)));
        });
    }

    /** One of the item's queries: its masked probabilities go into the tile, their gradients replace the scores. */
    private void query(Source to, int j) {
        to.add("""
                int query$1 = i0 + tx * 4 + $1;
                float lse$1 = a.get(savedAt + FlashTile.within(query$1, T));
                float delta$1 = delta.get(deltaAt + FlashTile.within(query$1, T));
                int ahead$1 = FlashTile.aheadWithin(query$1, j0 + ty * 4, T);
                """, j);
        each(s.rows(), i -> to.add("""
                $1 = FlashTile.probability($1 * root, lse$2, $3);
                float $4 = threshold > 0 ? $5 : 1f;
                $5 = $1 * $4;
                $1 = $1 * ($4 * $6 - delta$2);
                """, s.at(i, j), j, Source.plus("ahead" + j, -i), "mask" + i + j, cell("x", i, j), e.at(i, j)));
    }

    private static final String ABOUT = """
            /**
             * The keys' and values' gradients of {@link CausalAttentionFlashGroup}: a group has {@value #ROWS} keys of one
             * key/value head and goes through the queries from the diagonal on, of all heads that share the keys (Dao 2023,
             * algorithm 2).
             */
            """;

    private static final String CONTRACT = """
            /**
             * {@code dk[j] = sum_i ds q[i] / sqrt(D)} and {@code dv[j] = sum_i m p dout[i]}; overwrites. The numbers of the
             * offsets of dqkv, dout, qkv, saved, the dropout's site, delta and D (once more, so that loops over it stay
             * loops) follow each other.
             *
             * @param first number of dqkv's offset
             * @param delta dout·out for each row
             * @param a the one array that all others lie in
             */
            """;

    /** Of both kernels of backward. */
    static final String SIGNATURE = """
            public static void kFlashBackward%s(
                    KernelContext context,
                    IntArray offsets,
                    int first,
                    FloatArray delta,
                    IntArray counters,
                    FloatArray a,
                    int T,
                    int H,
                    int G,
                    int D,
                    int threshold,
                    float scale)""";

    private static final String PLACE = """
            int j0 = context.groupIdx * ROWS;
            int batch = context.groupIdy / G;
            int keyHead = context.groupIdy - batch * G;
            int shared = H / G;
            int width = (H + 2 * G) * D;
            int outWidth = H * D;
            int packed = batch * T * width;
            int keys = packed + (H + keyHead) * D;
            int values = packed + (H + G + keyHead) * D;
            int site = offsets.get(first + 4);
            int channels = offsets.get(first + 6);
            float root = 1f / TornadoMath.sqrt((float) D);
            """;

    private static final String PLACE_OF_HEAD = """
            int queries = packed + head * D;
            int gradients = batch * T * outWidth + head * D;
            int bh = batch * H + head;
            int savedAt = offsets.get(first + 3) + bh * T;
            int deltaAt = offsets.get(first + 5) + bh * T;
            """;
}
