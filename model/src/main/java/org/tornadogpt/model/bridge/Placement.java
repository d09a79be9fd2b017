package org.tornadogpt.model.bridge;

import java.util.List;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.model.layer.Parameters;

/**
 * Where a tensor of another program's model lies among our parameters.
 *
 * @param theirs its name there
 * @param ours the parameter of which it is a part; where a model has none (a missing bias) it stands for zeros
 * @param first the first of the parameter's rows
 * @param rows how many of them
 * @param columns of each; 0 for a vector, whose rows are numbers
 * @param form how values lie there
 * @param heads among which the rows are shared, for {@link Form#INTERLEAVED}
 */
public record Placement(String theirs, String ours, int first, int rows, int columns, Form form, int heads) {
    /** How the values of a tensor lie. */
    public enum Form {
        /** Row by row, as here. */
        SAME,
        /** Column by column: GPT-2's {@code Conv1D}. */
        TRANSPOSED,
        /**
         * Each head's rows in pairs (0, D/2), (1, D/2 + 1) and so on: rotary positions turn neighbours there, and
         * halves here.
         */
        INTERLEAVED
    }

    static Placement of(String theirs, String ours, int rows, int columns) {
        return new Placement(theirs, ours, 0, rows, columns, Form.SAME, 1);
    }

    static Placement vector(String theirs, String ours, int size) {
        return of(theirs, ours, size, 0);
    }

    Placement transposed() {
        return new Placement(theirs, ours, first, rows, columns, Form.TRANSPOSED, heads);
    }

    Placement from(int row) {
        return new Placement(theirs, ours, row, rows, columns, form, heads);
    }

    Placement interleaved(int among) {
        return new Placement(theirs, ours, first, rows, columns, Form.INTERLEAVED, among);
    }

    private int width() {
        return Math.max(1, columns);
    }

    /** The shape there. */
    public List<Integer> shape() {
        if (columns == 0) {
            return List.of(rows);
        }
        return form == Form.TRANSPOSED ? List.of(columns, rows) : List.of(rows, columns);
    }

    /** Number of values. */
    public long elements() {
        return (long) rows * width();
    }

    /** The values as they lie there. */
    public float[] read(Parameters parameters) {
        float[] values = new float[Math.toIntExact(elements())];
        if (parameters.layout().has(ours)) {
            Slice slice = parameters.get(ours).slice();
            for (int row = 0; row < rows; row++) {
                for (int column = 0; column < width(); column++) {
                    values[at(row, column)] = slice.get((first + row) * width() + column);
                }
            }
        }
        return values;
    }

    /** Sets our values from those there, of which there may be more rows than we have. */
    void write(float[] values, Parameters parameters) {
        Slice slice = parameters.get(ours).slice();
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < width(); column++) {
                slice.set((first + row) * width() + column, values[at(row, column)]);
            }
        }
    }

    private int at(int row, int column) {
        return switch (form) {
            case SAME -> row * width() + column;
            case TRANSPOSED -> column * rows + row;
            case INTERLEAVED -> interleaved(row, column);
        };
    }

    private int interleaved(int row, int column) {
        int size = rows / heads;
        int within = row % size;
        int half = size / 2;
        int place = within < half ? 2 * within : 2 * (within - half) + 1;
        return (row - within + place) * width() + column;
    }
}
