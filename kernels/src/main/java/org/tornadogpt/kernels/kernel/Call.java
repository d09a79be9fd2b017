package org.tornadogpt.kernels.kernel;

import java.util.List;
import java.util.function.Consumer;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.common.TornadoFunctions;

/**
 * A static kernel method and its arguments, kept in the two forms that devices need: as something to run on the JVM,
 * and as a task to append to a TornadoVM task graph. TornadoVM looks for the kernel behind the method reference, so the
 * reference must be made where the kernel is named and passed on unchanged; and its functional types differ by arity,
 * hence one factory for each.
 *
 * <p>Arguments go inputs first, results last. That is more than style: where a task is given one array several times,
 * as happens when inputs and results lie in one arena, TornadoVM 5.2.0's graph compiler never ends unless the written
 * occurrence is the last one. So a kernel writes one array; results that may share an array are written by kernels of
 * their own, or through one argument.
 */
public final class Call {
    /** Appends the call to a task graph under a task name. */
    @FunctionalInterface
    public interface Appender {
        /** Appends the task {@code task} to {@code graph}. */
        void append(TaskGraph graph, String task);
    }

    private final String kernel;
    private final List<Object> arguments;
    private final Consumer<Object> onJvm;
    private final Appender onGraph;

    /** @param onJvm runs the kernel with another first argument of the same type */
    @SuppressWarnings("unchecked")
    private <T1> Call(String kernel, List<Object> arguments, Consumer<T1> onJvm, Appender onGraph) {
        this.kernel = kernel;
        this.arguments = arguments;
        this.onJvm = (Consumer<Object>) onJvm;
        this.onGraph = onGraph;
    }

    /** The kernel method's name. */
    public String kernel() {
        return kernel;
    }

    /** The arguments in order, boxed. */
    public List<Object> arguments() {
        return arguments;
    }

    /** Runs the kernel as the plain Java method that it is. */
    public void run() {
        onJvm.accept(arguments.get(0));
    }

    /**
     * Runs the kernel as one work-item.
     *
     * @param item takes the place of the context that is the first argument
     */
    public void run(KernelContext item) {
        if (!(arguments.get(0) instanceof KernelContext)) {
            throw new IllegalStateException(
                    kernel + " is launched with work-groups, but its first argument is no KernelContext");
        }
        onJvm.accept(item);
    }

    /** Appends the kernel to {@code graph} as task {@code task}. */
    public void appendTo(TaskGraph graph, String task) {
        onGraph.append(graph, task);
    }

    /**
     * A task that is no kernel but calls a library.
     *
     * @param name what to call it
     * @param arguments what the library is given, for the size of the task
     * @param onJvm computes the same
     */
    public static Call library(String name, List<Object> arguments, Runnable onJvm, Appender onGraph) {
        return new Call(name, List.copyOf(arguments), first -> onJvm.run(), onGraph);
    }

    public static <T1> Call of(String kernel, TornadoFunctions.Task1<T1> code, T1 a1) {
        return new Call(kernel, List.of(a1), (T1 first) -> code.apply(first), (g, task) -> g.task(task, code, a1));
    }

    public static <T1, T2> Call of(String kernel, TornadoFunctions.Task2<T1, T2> code, T1 a1, T2 a2) {
        return new Call(
                kernel, List.of(a1, a2), (T1 first) -> code.apply(first, a2), (g, task) -> g.task(task, code, a1, a2));
    }

    public static <T1, T2, T3> Call of(String kernel, TornadoFunctions.Task3<T1, T2, T3> code, T1 a1, T2 a2, T3 a3) {
        return new Call(
                kernel,
                List.of(a1, a2, a3),
                (T1 first) -> code.apply(first, a2, a3),
                (g, task) -> g.task(task, code, a1, a2, a3));
    }

    public static <T1, T2, T3, T4> Call of(
            String kernel, TornadoFunctions.Task4<T1, T2, T3, T4> code, T1 a1, T2 a2, T3 a3, T4 a4) {
        return new Call(
                kernel,
                List.of(a1, a2, a3, a4),
                (T1 first) -> code.apply(first, a2, a3, a4),
                (g, task) -> g.task(task, code, a1, a2, a3, a4));
    }

    public static <T1, T2, T3, T4, T5> Call of(
            String kernel, TornadoFunctions.Task5<T1, T2, T3, T4, T5> code, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5) {
        return new Call(
                kernel,
                List.of(a1, a2, a3, a4, a5),
                (T1 first) -> code.apply(first, a2, a3, a4, a5),
                (g, task) -> g.task(task, code, a1, a2, a3, a4, a5));
    }

    public static <T1, T2, T3, T4, T5, T6> Call of(
            String kernel,
            TornadoFunctions.Task6<T1, T2, T3, T4, T5, T6> code,
            T1 a1,
            T2 a2,
            T3 a3,
            T4 a4,
            T5 a5,
            T6 a6) {
        return new Call(
                kernel,
                List.of(a1, a2, a3, a4, a5, a6),
                (T1 first) -> code.apply(first, a2, a3, a4, a5, a6),
                (g, task) -> g.task(task, code, a1, a2, a3, a4, a5, a6));
    }

    public static <T1, T2, T3, T4, T5, T6, T7> Call of(
            String kernel,
            TornadoFunctions.Task7<T1, T2, T3, T4, T5, T6, T7> code,
            T1 a1,
            T2 a2,
            T3 a3,
            T4 a4,
            T5 a5,
            T6 a6,
            T7 a7) {
        return new Call(
                kernel,
                List.of(a1, a2, a3, a4, a5, a6, a7),
                (T1 first) -> code.apply(first, a2, a3, a4, a5, a6, a7),
                (g, task) -> g.task(task, code, a1, a2, a3, a4, a5, a6, a7));
    }

    public static <T1, T2, T3, T4, T5, T6, T7, T8> Call of(
            String kernel,
            TornadoFunctions.Task8<T1, T2, T3, T4, T5, T6, T7, T8> code,
            T1 a1,
            T2 a2,
            T3 a3,
            T4 a4,
            T5 a5,
            T6 a6,
            T7 a7,
            T8 a8) {
        return new Call(
                kernel,
                List.of(a1, a2, a3, a4, a5, a6, a7, a8),
                (T1 first) -> code.apply(first, a2, a3, a4, a5, a6, a7, a8),
                (g, task) -> g.task(task, code, a1, a2, a3, a4, a5, a6, a7, a8));
    }

    public static <T1, T2, T3, T4, T5, T6, T7, T8, T9> Call of(
            String kernel,
            TornadoFunctions.Task9<T1, T2, T3, T4, T5, T6, T7, T8, T9> code,
            T1 a1,
            T2 a2,
            T3 a3,
            T4 a4,
            T5 a5,
            T6 a6,
            T7 a7,
            T8 a8,
            T9 a9) {
        return new Call(
                kernel,
                List.of(a1, a2, a3, a4, a5, a6, a7, a8, a9),
                (T1 first) -> code.apply(first, a2, a3, a4, a5, a6, a7, a8, a9),
                (g, task) -> g.task(task, code, a1, a2, a3, a4, a5, a6, a7, a8, a9));
    }

    public static <T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> Call of(
            String kernel,
            TornadoFunctions.Task10<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> code,
            T1 a1,
            T2 a2,
            T3 a3,
            T4 a4,
            T5 a5,
            T6 a6,
            T7 a7,
            T8 a8,
            T9 a9,
            T10 a10) {
        return new Call(
                kernel,
                List.of(a1, a2, a3, a4, a5, a6, a7, a8, a9, a10),
                (T1 first) -> code.apply(first, a2, a3, a4, a5, a6, a7, a8, a9, a10),
                (g, task) -> g.task(task, code, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10));
    }

    public static <T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> Call of(
            String kernel,
            TornadoFunctions.Task11<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> code,
            T1 a1,
            T2 a2,
            T3 a3,
            T4 a4,
            T5 a5,
            T6 a6,
            T7 a7,
            T8 a8,
            T9 a9,
            T10 a10,
            T11 a11) {
        return new Call(
                kernel,
                List.of(a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11),
                (T1 first) -> code.apply(first, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11),
                (g, task) -> g.task(task, code, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11));
    }

    public static <T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> Call of(
            String kernel,
            TornadoFunctions.Task12<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> code,
            T1 a1,
            T2 a2,
            T3 a3,
            T4 a4,
            T5 a5,
            T6 a6,
            T7 a7,
            T8 a8,
            T9 a9,
            T10 a10,
            T11 a11,
            T12 a12) {
        return new Call(
                kernel,
                List.of(a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12),
                (T1 first) -> code.apply(first, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12),
                (g, task) -> g.task(task, code, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12));
    }

    public static <T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> Call of(
            String kernel,
            TornadoFunctions.Task13<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> code,
            T1 a1,
            T2 a2,
            T3 a3,
            T4 a4,
            T5 a5,
            T6 a6,
            T7 a7,
            T8 a8,
            T9 a9,
            T10 a10,
            T11 a11,
            T12 a12,
            T13 a13) {
        return new Call(
                kernel,
                List.of(a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13),
                (T1 first) -> code.apply(first, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13),
                (g, task) -> g.task(task, code, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13));
    }

    public static <T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> Call of(
            String kernel,
            TornadoFunctions.Task14<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> code,
            T1 a1,
            T2 a2,
            T3 a3,
            T4 a4,
            T5 a5,
            T6 a6,
            T7 a7,
            T8 a8,
            T9 a9,
            T10 a10,
            T11 a11,
            T12 a12,
            T13 a13,
            T14 a14) {
        return new Call(
                kernel,
                List.of(a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14),
                (T1 first) -> code.apply(first, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14),
                (g, task) -> g.task(task, code, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14));
    }

    public static <T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15> Call of(
            String kernel,
            TornadoFunctions.Task15<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15> code,
            T1 a1,
            T2 a2,
            T3 a3,
            T4 a4,
            T5 a5,
            T6 a6,
            T7 a7,
            T8 a8,
            T9 a9,
            T10 a10,
            T11 a11,
            T12 a12,
            T13 a13,
            T14 a14,
            T15 a15) {
        return new Call(
                kernel,
                List.of(a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15),
                (T1 first) -> code.apply(first, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15),
                (g, task) -> g.task(task, code, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15));
    }
}
