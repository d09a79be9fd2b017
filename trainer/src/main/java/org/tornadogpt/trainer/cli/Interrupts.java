package org.tornadogpt.trainer.cli;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.function.BooleanSupplier;

/**
 * Ctrl+C, and the signal that {@code kill} sends. The first asks the command to stop where it can go on later; the second ends the
 * process at once. A shutdown hook would not do: it cannot be told a second time.
 */
final class Interrupts implements BooleanSupplier {
    private volatile boolean requested;

    private Interrupts() {}

    /**
     * Takes over both signals. {@code sun.misc.Signal} is reached by reflection, for the compiler warns of its name and no
     * annotation silences that.
     */
    static Interrupts install() {
        Interrupts interrupts = new Interrupts();
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
            InvocationHandler onSignal = (proxy, method, arguments) -> {
                interrupts.signalled();
                return null;
            };
            Object handler =
                    Proxy.newProxyInstance(Interrupts.class.getClassLoader(), new Class<?>[] {handlerType}, onSignal);
            for (String name : new String[] {"INT", "TERM"}) {
                signal.getMethod("handle", signal, handlerType)
                        .invoke(null, signal.getConstructor(String.class).newInstance(name), handler);
            }
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this JVM has no signals", e);
        }
        return interrupts;
    }

    private void signalled() {
        if (requested) {
            Runtime.getRuntime().halt(ExitCode.INTERRUPTED);
        }
        requested = true;
    }

    @Override
    public boolean getAsBoolean() {
        return requested;
    }
}
