package org.tornadogpt.bench;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.tornadogpt.trainer.settings.UsageException;

/**
 * Calls a {@link Side} in another class loader, where the interface of that name is another interface.
 *
 * @param folder of the build, for messages
 * @param loader of the build's classes
 * @param entry the class that is its side
 */
record LoadedSide(Path folder, ClassLoader loader, String entry) {
    /** Constructs the side there and gives it this loader's interface. */
    Side open(Map<String, String> settings, Map<String, String> kernels) {
        Object there = opened(settings, kernels);
        return Side.class.cast(Proxy.newProxyInstance(
                Side.class.getClassLoader(),
                new Class<?>[] {Side.class},
                (proxy, method, arguments) ->
                        call(() -> there.getClass().getMethod(method.getName()).invoke(there))));
    }

    private Object opened(Map<String, String> settings, Map<String, String> kernels) {
        try {
            return call(() ->
                    loader.loadClass(entry).getConstructor(Map.class, Map.class).newInstance(settings, kernels));
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage() + " (the build in " + folder + ")", e);
        }
    }

    /** Variants are looked up in the thread's loader. */
    private <T> T call(Callable<T> action) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            return action.call();
        } catch (InvocationTargetException e) {
            throw unwrapped(e.getCause());
        } catch (ReflectiveOperationException | LinkageError e) {
            throw unfit(e);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private RuntimeException unwrapped(Throwable thrown) {
        if (thrown instanceof LinkageError) {
            return unfit(thrown);
        }
        if (thrown instanceof Error error) {
            throw error;
        }
        return thrown instanceof RuntimeException runtime ? runtime : new IllegalStateException(thrown);
    }

    private UsageException unfit(Throwable reason) {
        return new UsageException(
                "--against: the build in " + folder + " cannot be called by this one: " + reason, reason);
    }
}
