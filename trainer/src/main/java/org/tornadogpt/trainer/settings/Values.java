package org.tornadogpt.trainer.settings;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Values by key, as text, before or after defaults are filled in; and which kernel variants were asked for. */
public final class Values {
    private final Map<String, String> values = new LinkedHashMap<>();
    private final Map<String, String> kernels = new LinkedHashMap<>();

    /**
     * Sets one value.
     *
     * @throws UsageException for an unknown key
     */
    public void set(String key, String value) {
        values.put(Keys.find(key).name(), value);
    }

    /**
     * Reads {@code key=value}.
     *
     * @throws UsageException if it is not of that form or the key is unknown
     */
    public void setPair(String pair) {
        String[] parts = split(pair, "key=value");
        set(parts[0], parts[1]);
    }

    /**
     * Reads {@code key=value} where only the keys of one group make sense.
     *
     * @throws UsageException for any other key
     */
    public void setPair(String pair, String group) {
        String[] parts = split(pair, "key=value");
        Key key = Keys.find(parts[0]);
        if (!key.group().equals(group)) {
            throw new UsageException(key.name() + " cannot be set here, only "
                    + Keys.all().stream()
                            .filter(k -> k.group().equals(group))
                            .map(Key::name)
                            .collect(Collectors.joining(", ")));
        }
        set(parts[0], parts[1]);
    }

    /** Reads {@code operation=variant}; whether they exist is for the device to say. */
    public void setKernel(String pair) {
        String[] parts = split(pair, "operation=variant");
        kernels.put(parts[0], parts[1]);
    }

    private static String[] split(String pair, String form) {
        int equals = pair.indexOf('=');
        if (equals < 1 || equals == pair.length() - 1) {
            throw new UsageException("'" + pair + "' is not of the form " + form);
        }
        return new String[] {pair.substring(0, equals).strip(), pair.substring(equals + 1)};
    }

    /** Lays {@code other} over these values. */
    public void putAll(Values other) {
        values.putAll(other.values);
        kernels.putAll(other.kernels);
    }

    public Optional<String> get(String key) {
        return Optional.ofNullable(values.get(key));
    }

    /** The keys that have a value. */
    public Set<String> keys() {
        return values.keySet();
    }

    /** Operation name to variant name. */
    public Map<String, String> kernels() {
        return kernels;
    }

    String text(String key) {
        return get(key).orElseGet(() -> Keys.find(key).usual());
    }

    /** A number's text; as in YAML and Java, an underscore may stand between two digits. */
    private String digits(String key) {
        return text(key).strip().replaceAll("(?<=\\d)_(?=\\d)", "");
    }

    int integer(String key) {
        try {
            return Integer.parseInt(digits(key));
        } catch (NumberFormatException e) {
            throw new UsageException(key + " must be a whole number, got '" + text(key) + "'", e);
        }
    }

    /** A whole number of at least 1. */
    int count(String key) {
        int count = integer(key);
        Check.positive(key, count);
        return count;
    }

    boolean truth(String key) {
        String value = text(key).strip().toLowerCase(Locale.ROOT);
        Check.that(value.equals("true") || value.equals("false"), key, "true or false", "'" + value + "'");
        return value.equals("true");
    }

    long longInteger(String key) {
        try {
            return Long.parseLong(digits(key));
        } catch (NumberFormatException e) {
            throw new UsageException(key + " must be a whole number, got '" + text(key) + "'", e);
        }
    }

    double number(String key) {
        try {
            double number = Double.parseDouble(digits(key));
            if (!Double.isFinite(number)) {
                throw new NumberFormatException("not finite");
            }
            return number;
        } catch (NumberFormatException e) {
            throw new UsageException(key + " must be a number, got '" + text(key) + "'", e);
        }
    }
}
