package org.tornadogpt.trainer.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.function.BooleanSupplier;

/** Runs {@code tgpt} in this process and keeps what it prints. */
final class Tgpt {
    private final int code;
    private final String out;
    private final String err;

    private Tgpt(int code, String out, String err) {
        this.code = code;
        this.out = out;
        this.err = err;
    }

    static Tgpt run(String... args) {
        return runUntil(() -> false, args);
    }

    /** As if Ctrl+C were pressed when {@code interrupted} becomes true. */
    static Tgpt runUntil(BooleanSupplier interrupted, String... args) {
        return run(interrupted, Screen.none(), args);
    }

    static Screen terminal(int columns, boolean colours) {
        Screen.Target output = new Screen.Target(true, columns, new Colours(colours));
        return new Screen(output, output);
    }

    /** As on this terminal. */
    static Tgpt runOn(Screen screen, String... args) {
        return run(() -> false, screen, args);
    }

    private static Tgpt run(BooleanSupplier interrupted, Screen screen, String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code =
                Main.run(new Io(new PrintWriter(out), new PrintWriter(err), interrupted::getAsBoolean, screen), args);
        return new Tgpt(code, out.toString(), err.toString());
    }

    int code() {
        return code;
    }

    String out() {
        return out;
    }

    String err() {
        return err;
    }

    @Override
    public String toString() {
        return "exit code " + code + "\n" + out + err;
    }
}
