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

    /**
     * Of a batch system before its time is over, and of an MPI launcher when a process has died: a request, never the
     * second.
     */
    private static final String USER_SIGNAL = "USR1";

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
    private boolean signalled;
    private long signalledNanos;
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
            Object handler = handler(handlerType, onSignal);
            for (String name : SIGNALS) {
                take(signal, handlerType, handler, name);
            }
            InvocationHandler onUserSignal = (proxy, method, arguments) -> {
                interrupts.requested = true;
                return null;
            };
            take(signal, handlerType, handler(handlerType, onUserSignal), USER_SIGNAL);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this JVM has no signals", e);
        }
        return interrupts;
    }

    private static Object handler(Class<?> handlerType, InvocationHandler onSignal) {
        return Proxy.newProxyInstance(Interrupts.class.getClassLoader(), new Class<?>[] {handlerType}, onSignal);
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
        if (signalled && System.nanoTime() - signalledNanos < graceNanos) {
            return;
        }
        if (signalled) {
            listener.again();
            Runtime.getRuntime().halt(ExitCode.INTERRUPTED);
        }
        signalled = true;
        signalledNanos = System.nanoTime();
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
