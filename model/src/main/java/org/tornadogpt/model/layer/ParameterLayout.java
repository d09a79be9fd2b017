package org.tornadogpt.model.layer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tornadogpt.kernels.kernel.random.PhiloxStream;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.memory.Tensor;

/**
 * Where each parameter lies in the one flat array that holds all of them; gradients and moments have the same layout.
 * Decayed parameters (matrices, embeddings included) come first, then the others (biases, normalisation weights), each
 * group in the order of declaration and without gaps. Layers declare alike, so the same parameter of two layers is a
 * fixed stride apart.
 */
public final class ParameterLayout {
    /**
     * How a parameter begins: {@code mean + deviation * normal}.
     *
     * @param mean 1 for normalisation weights, else 0
     * @param deviation 0 for a constant
     */
    public record Initial(float mean, float deviation) {
        /** Biases. */
        public static final Initial ZERO = new Initial(0, 0);
        /** Weights of normalisations. */
        public static final Initial ONE = new Initial(1, 0);

        /** Normal numbers around 0. */
        public static Initial normal(double deviation) {
            return new Initial(0, (float) deviation);
        }
    }

    /** One parameter: {@code offset} counts floats from the start of the flat array. */
    public record Parameter(String name, List<Integer> shape, int offset, Initial initial) {
        public Parameter {
            shape = List.copyOf(shape);
        }

        public int size() {
            return Math.toIntExact(shape.stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact));
        }

        /** Matrices decay, vectors do not. */
        public boolean isDecayed() {
            return shape.size() > 1;
        }

        int[] dimensions() {
            return shape.stream().mapToInt(Integer::intValue).toArray();
        }
    }

    /** Collects declarations. */
    public static final class Builder {
        private final List<Parameter> declared = new ArrayList<>();
        private final Map<String, String> aliases = new HashMap<>();

        /** A parameter of this shape. */
        public Builder add(String name, Initial initial, Integer... shape) {
            declared.add(new Parameter(name, List.of(shape), 0, initial));
            return this;
        }

        /** {@code add} if {@code wanted}. */
        public Builder addIf(boolean wanted, String name, Initial initial, Integer... shape) {
            return wanted ? add(name, initial, shape) : this;
        }

        /** Makes {@code alias} another name of the parameter {@code name}. */
        public Builder alias(String alias, String name) {
            aliases.put(alias, name);
            return this;
        }

        /** The layout of what was declared. */
        public ParameterLayout build() {
            return new ParameterLayout(declared, aliases);
        }
    }

    private final List<Parameter> parameters = new ArrayList<>();
    private final Map<String, Parameter> byName = new HashMap<>();
    private final int size;
    private final int decayed;

    private ParameterLayout(List<Parameter> declared, Map<String, String> aliases) {
        Set<String> names = new HashSet<>();
        declared.forEach(p -> {
            if (!names.add(p.name)) {
                throw new IllegalArgumentException("two parameters are called " + p.name);
            }
        });
        long end = place(declared.stream().filter(Parameter::isDecayed).toList(), 0);
        decayed = (int) end;
        end = place(declared.stream().filter(p -> !p.isDecayed()).toList(), end);
        size = (int) end;
        aliases.forEach((alias, name) -> byName.put(alias, find(name)));
    }

    private long place(List<Parameter> group, long start) {
        long offset = start;
        for (Parameter p : group) {
            Parameter placed = new Parameter(p.name, p.shape, (int) offset, p.initial);
            parameters.add(placed);
            byName.put(p.name, placed);
            offset += p.size();
            Slice.checkLength("a model", offset);
        }
        return offset;
    }

    /** All parameters in the order of their offsets; a tied one appears once. */
    public List<Parameter> all() {
        return List.copyOf(parameters);
    }

    /** Number of elements. */
    public int size() {
        return size;
    }

    /** The first so many elements are matrices, which decay; the rest are vectors, which do not. */
    public int decayed() {
        return decayed;
    }

    public boolean has(String name) {
        return byName.containsKey(name);
    }

    public Parameter find(String name) {
        Parameter parameter = byName.get(name);
        if (parameter == null) {
            throw new IllegalArgumentException("no parameter '" + name + "'");
        }
        return parameter;
    }

    /** The view of {@code name} within a flat array of this layout. */
    public Tensor tensor(String name, Tensor flat) {
        return new Parameters(this, flat).get(name);
    }

    /**
     * Sets every parameter to its initial value, which depends on the seed and the parameter's name only, not on where
     * it lies or what other parameters there are.
     */
    public void initialise(Parameters all, long seed) {
        for (Parameter p : parameters) {
            Slice values = all.get(p.name).slice();
            PhiloxStream random = new PhiloxStream(seed, Streams.number(p.name));
            for (int i = 0; i < values.length(); i++) {
                float normal = p.initial.deviation == 0 ? 0 : random.nextGaussian();
                values.set(i, p.initial.mean + p.initial.deviation * normal);
            }
        }
    }
}
