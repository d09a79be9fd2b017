package kernels;

import static kernels.Source.each;

import java.util.List;

/** Flash attention's gradients of keys and values: keys down, queries across. */
final class FlashKeys extends Flash {
    private final Cells dv = results("dv");
    private final Cells dk = results("dk");
    private final Cells s = scores("s");
    private final Cells e = scores("e");

    FlashKeys(Tile tile) {
        super("FlashKeysGroup", tile);
    }

    @Override
    Head head() {
        return new Head(ABOUT, "Keys", "Queries", CONTRACT, SIGNATURE.formatted("Keys"));
    }

    @Override
    void kernel(Source to) {
        Operand q = new Operand("q", "queries", "i0", "width", tile.columns());
        Operand k = new Operand("k", "keys", "j0", "width", tile.rows());
        Operand g = new Operand("g", "gradients", "i0", "outWidth", tile.columns());
        Operand v = new Operand("v", "valuesAt", "j0", "width", tile.rows());
        begin(to, List.of(q, k, g, v), "rows", "");
        to.add(PLACE);
        dv.zero(to);
        dk.zero(to);
        to.block("for (int head = keyHead * shared; head < keyHead * shared + shared; head++)", () -> {
            to.add(PLACE_OF_HEAD);
            to.block("for (int i0 = j0; i0 < T; i0 += COLUMNS)", () -> {
                to.add("int span = FlashTile.span(i0, T, COLUMNS);");
                addScores(to, List.of(q, k, g, v), new Product(s, k, q), new Product(e, v, g));
                to.add("int cellTo = ty * LINE + tx;");
                to.add("int column = j0 + ty;");
                s.forEach((i, j) -> to.add("$1 = 1f;", cell(i, j)));
                drop(to, "other", "row");
                each(s.columns(), j -> query(to, j));
                addRows(to, dv, "rows", "gradients", "i0", "outWidth");
                store(to, s);
                addRows(to, dk, "rows", "queries", "i0", "width");
            });
        });
        to.add("int to = offsets.get(first) + batch * T * width + (H + keyHead) * D;");
        eachRow(to, "j", "j0", () -> {
            to.add("int row = to + j * width;");
            eachChannel(to, d -> to.add("""
                    a.set(row + tx + $1, $2 * root);
                    a.set(row + G * D + tx + $1, $3);
                    """, SIDE * d, pick(dk, d), pick(dv, d)));
        });
    }

    /** One of the item's queries: its masked probabilities go into the tile, their gradients replace the scores. */
    private void query(Source to, int j) {
        to.add("""
                int query$1 = i0 + tx + $2;
                float lse$1 = a.get(savedAt + FlashTile.within(query$1, T));
                float delta$1 = delta.get(deltaAt + FlashTile.within(query$1, T));
                int ahead$1 = FlashTile.aheadWithin(query$1, column, T);
                """, j, SIDE * j);
        each(s.rows(), i -> to.add("""
                $1 = FlashTile.probability($1 * root, lse$2, ahead$2 - $3);
                float $4 = $5;
                $5 = $1 * $4;
                $1 = $1 * ($4 * $6 - delta$2);
                """, s.at(i, j), j, SIDE * i, "mask" + i + j, cell(i, j), e.at(i, j)));
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
            int packed = offsets.get(first + 2) + batch * T * width;
            int keys = packed + (H + keyHead) * D;
            int valuesAt = packed + (H + G + keyHead) * D;
            int site = offsets.get(first + 4);
            int channels = offsets.get(first + 6);
            float root = 1f / TornadoMath.sqrt((float) D);
            """;

    private static final String PLACE_OF_HEAD = """
            int queries = packed + head * D;
            int gradients = offsets.get(first + 1) + batch * T * outWidth + head * D;
            int bh = batch * H + head;
            int savedAt = offsets.get(first + 3) + bh * T;
            int deltaAt = offsets.get(first + 5) + bh * T;
            """;
}
