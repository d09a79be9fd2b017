package org.tornadogpt.trainer.cli;

import java.util.List;
import java.util.Map;

/** What is known of where the two outputs go. */
public record Screen(Target out, Target err) {
    /** For output that a program may read: lines are as long as they are. */
    public static final int UNLIMITED = 100_000;

    private static final int USUAL_COLUMNS = 80;
    private static final int FEWEST_COLUMNS = 40;

    /** The launcher's word: which outputs are terminals. The JVM sees a pipe where standard error is. */
    private static final String TERMINAL = "TGPT_TERMINAL";

    private static final String COLUMNS = "COLUMNS";

    /**
     * One output.
     *
     * @param terminal whether it is one
     * @param columns its width, {@link #UNLIMITED} where it is no terminal
     * @param colours on it
     */
    public record Target(boolean terminal, int columns, Colours colours) {}

    /** No terminal. */
    public static Screen none() {
        Target none = new Target(false, UNLIMITED, new Colours(false));
        return new Screen(none, none);
    }

    /** @param console whether the JVM finds a terminal, for where the launcher does not say */
    static Screen of(String[] arguments, Map<String, String> environment, boolean console) {
        String said = environment.get(TERMINAL);
        List<String> terminals = said == null ? List.of() : List.of(said.strip().split(" "));
        return new Screen(
                output(arguments, environment, said == null ? console : terminals.contains("out")),
                output(arguments, environment, said == null ? console : terminals.contains("err")));
    }

    private static Target output(String[] arguments, Map<String, String> environment, boolean terminal) {
        return new Target(
                terminal,
                terminal ? columns(environment.get(COLUMNS)) : UNLIMITED,
                Colours.of(arguments, environment, terminal));
    }

    private static int columns(String said) {
        boolean number = said != null && said.matches("[1-9]\\d{0,4}");
        return number ? Math.max(FEWEST_COLUMNS, Integer.parseInt(said)) : USUAL_COLUMNS;
    }

    /**
     * Whether somebody looks on, so that a progress bar on standard error below the lines on standard output makes
     * sense.
     */
    public boolean interactive() {
        return out.terminal() && err.terminal();
    }
}
