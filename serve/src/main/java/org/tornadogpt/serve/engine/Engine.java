package org.tornadogpt.serve.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Continuous batching: texts join and leave the running batch of their model between tokens, and each gets the tokens
 * that it would get alone under its seed. One thread computes; requests come in through a bounded queue and never wait
 * for it.
 */
public final class Engine implements AutoCloseable {
    /**
     * What is allowed.
     *
     * @param queue most texts that wait for a slot
     * @param tasks most tasks that wait
     * @param seconds most time for one text, from its request to its end
     */
    public record Limits(int queue, int tasks, int seconds) {}

    /** Texts that join between two steps while others run: each costs those the time of some steps. */
    private static final int JOIN_AT_ONCE = 4;

    private final Limits limits;
    private final EngineMetrics metrics = new EngineMetrics();
    private final Thread thread = Thread.ofPlatform().name("engine").unstarted(this::loop);
    private final Object lock = new Object();
    private final Deque<Writing> waiting = new ArrayDeque<>();
    private final Deque<Task<?>> tasks = new ArrayDeque<>();
    private boolean draining;
    private boolean stopped;
    private boolean idle = true;

    /** The engine's thread's own. */
    private final Map<ServedModel, List<Writing>> running = new LinkedHashMap<>();

    private Task<?> task;

    /** An engine whose thread runs. */
    public Engine(Limits limits) {
        this.limits = limits;
        thread.setDaemon(true);
        thread.start();
    }

    public EngineMetrics metrics() {
        return metrics;
    }

    /**
     * Hands in texts, all or none.
     *
     * @throws QueueFullException if there is no room for them, or the engine is about to stop
     */
    public Submission submit(List<TextRequest> requests) throws QueueFullException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(limits.seconds);
        List<Writing> writings = requests.stream()
                .map(request -> new Writing(request, deadline, metrics))
                .toList();
        synchronized (lock) {
            refuseIf(draining, "the server is about to stop");
            refuseIf(
                    waiting.size() + writings.size() > limits.queue,
                    waiting.size() + " texts wait and there is room for " + limits.queue);
            waiting.addAll(writings);
            idle = false;
            lock.notifyAll();
        }
        return new Submission(this, writings);
    }

    /**
     * Hands in a task.
     *
     * @throws QueueFullException as {@link #submit}
     */
    public <T> CompletableFuture<T> submit(Task<T> wanted) throws QueueFullException {
        synchronized (lock) {
            refuseIf(draining, "the server is about to stop");
            refuseIf(tasks.size() >= limits.tasks, tasks.size() + " other tasks wait");
            tasks.add(wanted);
            idle = false;
            lock.notifyAll();
        }
        return wanted.future();
    }

    /** Hands in a task of one step. */
    public <T> CompletableFuture<T> call(Callable<T> body) throws QueueFullException {
        return submit(new OneStep<>(body));
    }

    private void refuseIf(boolean full, String why) throws QueueFullException {
        if (full) {
            metrics.refused();
            throw new QueueFullException(why + ": try again later");
        }
    }

    void wake() {
        synchronized (lock) {
            lock.notifyAll();
        }
    }

    private void loop() {
        while (await()) {
            join();
            running.values().forEach(this::write);
            running.values().removeIf(List::isEmpty);
            work();
        }
        running.values().forEach(texts -> texts.forEach(text -> text.end(TextListener.Ending.CANCELLED)));
        if (task != null) {
            finish(new IllegalStateException("the server was stopped"));
        }
    }

    /** Waits until there is something to do; returns whether to go on. */
    private boolean await() {
        synchronized (lock) {
            metrics.sizes(running.values().stream().mapToInt(List::size).sum(), waiting.size());
            while (!stopped && waiting.isEmpty() && tasks.isEmpty() && running.isEmpty() && task == null) {
                idle = true;
                lock.notifyAll();
                try {
                    lock.wait();
                } catch (InterruptedException e) {
                    stopped = true; // nobody else interrupts this thread
                }
            }
            return !stopped;
        }
    }

    /** Texts take the slots that are free, in the order of their requests. */
    private void join() {
        List<Writing> joining = new ArrayList<>();
        synchronized (lock) {
            Map<ServedModel, Integer> free = new LinkedHashMap<>();
            for (Iterator<Writing> it = waiting.iterator(); it.hasNext() && joining.size() < JOIN_AT_ONCE; ) {
                Writing text = it.next();
                text.endIfOver();
                int slots = free.computeIfAbsent(
                        text.model(), model -> model.session().free());
                if (text.isEnded()) {
                    it.remove();
                } else if (slots > 0) {
                    free.put(text.model(), slots - 1);
                    joining.add(text);
                    it.remove();
                }
            }
        }
        for (Writing text : joining) {
            guarded(List.of(text), text::open);
            if (!text.isEnded()) {
                running.computeIfAbsent(text.model(), model -> new ArrayList<>())
                        .add(text);
            }
        }
    }

    /** One token of each text of a model. */
    private void write(List<Writing> texts) {
        texts.forEach(Writing::endIfOver);
        texts.removeIf(Writing::isEnded);
        if (texts.isEmpty()) {
            return;
        }
        long start = System.nanoTime();
        guarded(
                texts,
                () -> texts.getFirst()
                        .model()
                        .session()
                        .step(texts.stream().map(Writing::sequence).toList()));
        metrics.step(System.nanoTime() - start);
        texts.removeIf(Writing::isEnded);
        texts.forEach(text -> guarded(List.of(text), text::write));
        texts.removeIf(Writing::isEnded);
    }

    private static void guarded(List<Writing> texts, Runnable body) {
        try {
            body.run();
        } catch (RuntimeException | OutOfMemoryError e) {
            texts.forEach(text -> text.end(TextListener.Ending.FAILED));
        }
    }

    private void work() {
        if (task == null) {
            synchronized (lock) {
                task = tasks.poll();
            }
        }
        if (task == null) {
            return;
        }
        try {
            if (task.future().isCancelled() || !task.step()) {
                finish(null);
            }
        } catch (RuntimeException | OutOfMemoryError e) {
            finish(e);
        }
    }

    private void finish(Throwable failure) {
        Task<?> done = task;
        task = null;
        try {
            complete(done, failure);
        } finally {
            done.close();
        }
    }

    private static <T> void complete(Task<T> done, Throwable failure) {
        if (failure != null) {
            done.future().completeExceptionally(failure);
        } else if (!done.future().isDone()) {
            try {
                done.future().complete(done.result());
            } catch (RuntimeException e) {
                done.future().completeExceptionally(e);
            }
        }
    }

    /** Takes nothing more, and waits for what is being done; returns whether all of it was. */
    public boolean drain(long seconds) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        synchronized (lock) {
            draining = true;
            while (!idle) {
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                if (left <= 0) {
                    return false;
                }
                lock.wait(left);
            }
            return true;
        }
    }

    /** Stops at once; what is being written is cancelled. */
    @Override
    public void close() {
        List<Writing> left;
        synchronized (lock) {
            draining = true;
            stopped = true;
            left = List.copyOf(waiting);
            waiting.clear();
            tasks.forEach(t -> t.future().cancel(false));
            lock.notifyAll();
        }
        left.forEach(text -> text.end(TextListener.Ending.CANCELLED));
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static final class OneStep<T> extends Task<T> {
        private final Callable<T> body;
        private T value;

        OneStep(Callable<T> body) {
            this.body = body;
        }

        @Override
        protected boolean step() {
            try {
                value = body.call();
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                future().completeExceptionally(e);
            }
            return false;
        }

        @Override
        protected T result() {
            return value;
        }
    }
}
