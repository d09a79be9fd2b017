package kernels;

import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;
import java.util.function.IntUnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A Java file as it is written: statements at the depth of their block, broken where the formatter breaks them. */
final class Source {
    private static final int WIDTH = 120;
    private static final String INDENT = "    ";

    private final StringBuilder text = new StringBuilder();
    private int depth;

    /** A template, of which {@code $1} to {@code $9} are replaced by the values. */
    static String fill(String template, Object... values) {
        String filled = template;
        for (int i = 0; i < values.length; i++) {
            String mark = "$" + (i + 1);
            if (!filled.contains(mark)) {
                throw new IllegalArgumentException("no " + mark + " in: " + template);
            }
            filled = filled.replace(mark, String.valueOf(values[i]));
        }
        if (filled.contains("$")) {
            throw new IllegalArgumentException(values.length + " values are too few for: " + template);
        }
        return filled;
    }

    /** The lines of a filled template. */
    Source add(String template, Object... values) {
        fill(template, values).lines().forEach(this::line);
        return this;
    }

    /** A statement with a block. */
    void block(String head, Runnable body) {
        add(head.isEmpty() ? "{" : head + " {");
        depth++;
        body.run();
        depth--;
        line("}");
    }

    private void line(String line) {
        int left = WIDTH - depth * INDENT.length();
        if (line.length() <= left) {
            text.append(line.isEmpty() ? "" : INDENT.repeat(depth)).append(line).append('\n');
            return;
        }
        String more = " ".repeat(line.length() - line.stripLeading().length()) + INDENT + INDENT;
        int cut = line.indexOf("= ") + 1;
        if (more.length() + line.length() - cut - 1 > left) {
            cut = line.indexOf('(', cut) + 1;
        }
        if (cut == 0 || more.length() + line.length() - cut - 1 > left || line.matches(" *[/*].*")) {
            throw new IllegalArgumentException("does not fit into " + WIDTH + " columns: " + line);
        }
        line(line.substring(0, cut));
        line(more + line.substring(cut).strip());
    }

    @Override
    public String toString() {
        return text.toString();
    }

    static void each(int count, IntConsumer body) {
        each(0, count, body);
    }

    static void each(int from, int to, IntConsumer body) {
        IntStream.range(from, to).forEach(body);
    }

    static String list(int count, IntFunction<String> element) {
        return IntStream.range(0, count).mapToObj(element).collect(Collectors.joining(", "));
    }

    /** {@code base + n}, as one writes it. */
    static String plus(String base, int n) {
        return n == 0 ? base : base + (n > 0 ? " + " : " - ") + Math.abs(n);
    }

    /** {@code base + n * unit}, as one writes it. */
    static String plus(String base, int n, String unit) {
        return n == 0 ? base : base + " + " + (n == 1 ? "" : n + " * ") + unit;
    }

    /** {@code variable * line + rest}, {@code rest} if there is no variable. */
    static String at(String variable, String line, String rest) {
        return variable.isEmpty() ? rest : variable + " * " + line + " + " + rest;
    }

    /** The number of bits of a power of two. */
    static int bits(int power) {
        if (Integer.bitCount(power) != 1) {
            throw new IllegalArgumentException(power + " is not a power of two");
        }
        return Integer.numberOfTrailingZeros(power);
    }

    /** Reads elements of a line of local memory into {@code name[from], ...}; {@code place} says how far each is behind the first. */
    void read(String name, String array, String line, int from, int to, IntUnaryOperator place) {
        each(from, to, i -> add("float $1$2 = $3[$4];", name, i, array, plus(line, place.applyAsInt(i))));
    }

    /**
     * A loop over DEPTH terms with {@code written} of them in each turn; without a loop where that is all of them.
     *
     * @param begin writes what a turn begins with, from the variable of the loop, which is empty where there is none
     * @param term writes a term, from its number in the turn
     */
    void terms(String variable, int depth, int written, Consumer<String> begin, IntConsumer term) {
        Consumer<String> turn = v -> {
            begin.accept(v);
            each(written, n -> {
                if (written == 1) {
                    term.accept(n);
                } else {
                    block("", () -> term.accept(n));
                }
            });
        };
        if (written == depth) {
            turn.accept("");
        } else {
            String step = written == 1 ? "++" : " += " + written;
            block(fill("for (int $1 = 0; $1 < DEPTH; $1$2)", variable, step), () -> turn.accept(variable));
        }
    }

    /** A method that returns number {@code r} of {@code count} values: private arrays are slow on a device. */
    void pick(int count) {
        add("\n");
        add("/** Number {@code r} of $1. */", count);
        block(fill("private static float pick(int r, $1)", list(count, i -> "float v" + i)), () -> {
            add("float value = v0;");
            each(count - 1, i -> block(fill("if (r == $1)", i + 1), () -> add("value = v$1;", i + 1)));
            add("return value;");
        });
    }
}
