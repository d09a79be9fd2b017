package org.tornadogpt.trainer.cli;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;

/**
 * Ctrl+C, the signal that {@code kill} sends, and the one that comes when a terminal is closed. The first asks the
 * command to stop where it can go on later; the second ends the process at once. A shutdown hook would not do: it
 * cannot be told a second time.
 */
final class Interrupts implements Interruption {
    private static final List<String> SIGNALS = List.of("INT", "TERM", "HUP");

    private static final Listener SILENT = new Listener() {
        @Override
        public void first() {
            // the command stops soon
        }

        @Override
        public void again() {
            // there is nothing to be lost
        }
    };

    private final long graceNanos;
    private long requestedNanos;
    private volatile boolean requested;
    private volatile Listener listener = SILENT;

    private Interrupts(long graceNanos) {
        this.graceNanos = graceNanos;
    }

    /**
     * Takes over the signals, except those that this process was started to ignore, as {@code nohup} does. {@code
     * sun.misc.Signal} is reached by reflection, for the compiler warns of its name and no annotation silences that.
     *
     * @param graceNanos how long after the first signal others are taken for the same, sent by another way
     */
    static Interrupts install(long graceNanos) {
        Interrupts interrupts = new Interrupts(graceNanos);
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
            InvocationHandler onSignal = (proxy, method, arguments) -> {
                interrupts.signalled();
                return null;
            };
            Object handler =
                    Proxy.newProxyInstance(Interrupts.class.getClassLoader(), new Class<?>[] {handlerType}, onSignal);
            for (String name : SIGNALS) {
                take(signal, handlerType, handler, name);
            }
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this JVM has no signals", e);
        }
        return interrupts;
    }

    private static void take(Class<?> signal, Class<?> handlerType, Object handler, String name)
            throws ReflectiveOperationException {
        try {
            Object number = signal.getConstructor(String.class).newInstance(name);
            signal.getMethod("handle", signal, handlerType).invoke(null, number, handler);
        } catch (InvocationTargetException e) {
            if (!(e.getCause() instanceof IllegalArgumentException)) {
                throw e;
            }
            // this system has no such signal, or this JVM was told to leave it alone (-Xrs)
        }
    }

    /** One at a time: the second is heeded only when it was said what it would do. */
    private synchronized void signalled() {
        if (requested && System.nanoTime() - requestedNanos < graceNanos) {
            return;
        }
        if (requested) {
            listener.again();
            Runtime.getRuntime().halt(ExitCode.INTERRUPTED);
        }
        requestedNanos = System.nanoTime();
        requested = true;
        listener.first();
    }

    @Override
    public void tell(Listener next) {
        listener = next;
    }

    @Override
    public boolean getAsBoolean() {
        return requested;
    }
}
