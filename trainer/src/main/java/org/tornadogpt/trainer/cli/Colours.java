package org.tornadogpt.trainer.cli;

import java.util.Locale;
import java.util.Map;

/**
 * Colours of words on a terminal, or none.
 *
 * @param on whether there are any
 */
public record Colours(boolean on) {
    static final String OPTION = "--color";

    private static final String GREEN = "\033[1;32m";
    private static final String YELLOW = "\033[33m";
    private static final String RED = "\033[1;31m";
    private static final String PLAIN = "\033[0m";

    /** When there are colours, as the option says it. */
    enum When {
        NEVER,
        AUTO,
        ALWAYS;

        /** @throws IllegalArgumentException if there is none of that name */
        static When of(String name) {
            for (When when : values()) {
                if (when.toString().equals(name)) {
                    return when;
                }
            }
            throw new IllegalArgumentException("there are never, auto, always");
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * What the arguments and the environment ask for. The option overrides the variable {@code NO_COLOR}
     * (no-color.org).
     *
     * @param terminal whether the output is one
     */
    static Colours of(String[] arguments, Map<String, String> environment, boolean terminal) {
        return new Colours(
                switch (asked(arguments)) {
                    case NEVER -> false;
                    case ALWAYS -> true;
                    case AUTO ->
                        terminal
                                && environment.getOrDefault("NO_COLOR", "").isEmpty()
                                && !"dumb".equals(environment.get("TERM"));
                });
    }

    /** The last one counts. One that is wrong is for the parser to refuse. */
    private static When asked(String... arguments) {
        When asked = When.AUTO;
        for (int i = 0; i < arguments.length; i++) {
            String value = null;
            if (arguments[i].startsWith(OPTION + "=")) {
                value = arguments[i].substring(OPTION.length() + 1);
            } else if (arguments[i].equals(OPTION) && i + 1 < arguments.length) {
                value = arguments[i + 1];
            }
            for (When when : When.values()) {
                asked = when.toString().equals(value) ? when : asked;
            }
        }
        return asked;
    }

    /** What went well, such as a new best. */
    public String good(String text) {
        return paint(GREEN, text);
    }

    public String warning(String text) {
        return paint(YELLOW, text);
    }

    public String error(String text) {
        return paint(RED, text);
    }

    private String paint(String colour, String text) {
        return on && !text.isEmpty() ? colour + text + PLAIN : text;
    }
}
