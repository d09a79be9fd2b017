package org.tornadogpt.trainer.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Ends every line with a line feed and drops byte order marks, as Python's text mode and editors do: what tools of
 * another system put there would otherwise become tokens. A text without carriage returns and marks passes unchanged.
 */
final class LineEnds {
    /** U+FEFF: a byte order mark at the start of a file; elsewhere what is left of one when files were joined. */
    static final char MARK = '\uFEFF';

    /**
     * What was changed.
     *
     * @param crLf pairs of CR and LF that became LF
     * @param cr carriage returns without a line feed that became LF, as old Macs wrote them
     * @param marks byte order marks that were dropped
     */
    record Changes(long crLf, long cr, long marks) {
        static final Changes NONE = new Changes(0, 0, 0);

        Changes plus(Changes other) {
            return new Changes(crLf + other.crLf, cr + other.cr, marks + other.marks);
        }

        /** One line for the user; empty if nothing was changed. */
        String describe() {
            List<String> parts = new ArrayList<>();
            if (crLf > 0) {
                parts.add(String.format(Locale.ROOT, "%,d line ends CR LF became LF", crLf));
            }
            if (cr > 0) {
                parts.add(String.format(Locale.ROOT, "%,d line ends CR became LF", cr));
            }
            if (marks > 0) {
                parts.add(String.format(
                        Locale.ROOT, "%,d byte order %s dropped", marks, marks == 1 ? "mark was" : "marks were"));
            }
            return String.join(", ", parts);
        }
    }

    private final StringBuilder out;
    private final boolean keep;
    private boolean afterCr;
    private long crLf;
    private long cr;
    private long marks;

    /** For one file, whose text goes to {@code out}. */
    LineEnds(StringBuilder out, boolean keep) {
        this.out = out;
        this.keep = keep;
    }

    /** The next characters. */
    void add(char[] chars, int count) {
        int from = 0;
        for (int i = 0; i < count && !keep; i++) {
            char c = chars[i];
            if (afterCr) {
                if (c == '\n') {
                    crLf++;
                    from = i + 1; // it was written for the carriage return
                } else {
                    cr++;
                }
                afterCr = false;
            }
            if (c == '\r' || c == MARK) {
                out.append(chars, from, i - from);
                from = i + 1;
                if (c == '\r') {
                    out.append('\n');
                    afterCr = true;
                } else {
                    marks++;
                }
            }
        }
        out.append(chars, from, count - from);
    }

    /** At the end of the file. */
    Changes end() {
        cr += afterCr ? 1 : 0;
        afterCr = false;
        return new Changes(crLf, cr, marks);
    }
}
