package org.tornadogpt.distributed.mpi;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tornadogpt.distributed.mpi.Flavour.Constant;

/**
 * This process among those that one {@code mpirun} started. For one thread, the one that made it. Segments are native
 * memory, and counts are of floats, doubles or bytes as the method's name says.
 */
public final class Mpi {
    private static final int FUNNELED = 1;
    private static final int ERROR_BYTES = 1024;

    private final MpiLibrary library;
    private final Functions functions;
    private final long world;
    private final int rank;
    private final int size;
    private final int localRank;
    private final int localSize;
    private Waiter waiter = Waiter.FOR_EVER;

    private Mpi(MpiLibrary library) {
        this.library = library;
        functions = new Functions(library);
        world = handle(Constant.COMM_WORLD);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment result = arena.allocate(JAVA_LONG);
            check("MPI_Init_thread", () ->
                    (int) functions.initThread.invokeExact(MemorySegment.NULL, MemorySegment.NULL, FUNNELED, result));
            check("MPI_Comm_set_errhandler", () ->
                    (int) functions.commSetErrhandler.invokeExact(world, handle(Constant.ERRORS_RETURN)));
            rank = number("MPI_Comm_rank", functions.commRank, world, result);
            size = number("MPI_Comm_size", functions.commSize, world, result);
            check("MPI_Comm_split_type", () -> (int) functions.commSplitType.invokeExact(
                    world, library.flavour().sharedType(), 0, handle(Constant.INFO_NULL), result));
            long local = stored(result);
            localRank = number("MPI_Comm_rank", functions.commRank, local, result);
            localSize = number("MPI_Comm_size", functions.commSize, local, result);
        }
    }

    private int number(String name, MethodHandle function, long communicator, MemorySegment result) {
        check(name, () -> (int) function.invokeExact(communicator, result));
        return result.get(JAVA_INT, 0);
    }

    /** What the library says of itself; empty where none is installed. */
    public static Optional<String> installed(Map<String, String> environment) {
        return MpiLibrary.find(environment).map(MpiLibrary::version);
    }

    /**
     * Joins the other processes; once in a process.
     *
     * @param environment of this process
     * @throws MpiException if there is no library; the message says what to install
     */
    public static Mpi init(Map<String, String> environment) {
        return new Mpi(MpiLibrary.load(environment));
    }

    /** From now on asks {@code next} whether to go on waiting. */
    public void setWaiter(Waiter next) {
        waiter = next;
    }

    public String version() {
        return library.version();
    }

    /** The family of libraries: MPICH or Open MPI. */
    public String family() {
        return library.flavour().title();
    }

    public int rank() {
        return rank;
    }

    public int size() {
        return size;
    }

    /** Number of this process among those of this machine. */
    public int localRank() {
        return localRank;
    }

    /** Processes on this machine. */
    public int localSize() {
        return localSize;
    }

    /** Begins to replace {@code floats} by the sum over all ranks. */
    public Request startSum(MemorySegment floats) {
        int count = Math.toIntExact(floats.byteSize() / Float.BYTES);
        return start(
                "MPI_Iallreduce",
                request -> (int) functions.allreduce.invokeExact(
                        inPlace(), floats, count, handle(Constant.FLOAT), handle(Constant.SUM), world, request),
                floats);
    }

    /** Replaces {@code floats} by the sum over all ranks. */
    public void sum(MemorySegment floats) {
        await(startSum(floats), Pause.DATA);
    }

    /** Replaces {@code doubles} by the sum over all ranks. */
    public void sumDoubles(MemorySegment doubles) {
        reduceDoubles(doubles, Constant.SUM);
    }

    /** Replaces {@code doubles} by the maximum over all ranks. */
    public void maxDoubles(MemorySegment doubles) {
        reduceDoubles(doubles, Constant.MAX);
    }

    private void reduceDoubles(MemorySegment doubles, Constant operation) {
        int count = Math.toIntExact(doubles.byteSize() / Double.BYTES);
        await(
                start(
                        "MPI_Iallreduce",
                        request -> (int) functions.allreduce.invokeExact(
                                inPlace(), doubles, count, handle(Constant.DOUBLE), handle(operation), world, request),
                        doubles),
                Pause.OTHERS);
    }

    /**
     * Adds up over all ranks and leaves each its part.
     *
     * @param floats all of the array; stays
     * @param part of this rank, overwritten with the sum
     */
    public void sumOfPart(MemorySegment floats, MemorySegment part, Shards shards) {
        await(
                start(
                        "MPI_Ireduce_scatter",
                        request -> (int) functions.reduceScatter.invokeExact(
                                floats,
                                part,
                                shards.lengths(),
                                handle(Constant.FLOAT),
                                handle(Constant.SUM),
                                world,
                                request),
                        floats,
                        part,
                        shards.lengths()),
                Pause.DATA);
    }

    /** Fetches every rank's part of {@code floats} from the rank whose it is. */
    public void gatherParts(MemorySegment floats, Shards shards) {
        await(
                start(
                        "MPI_Iallgatherv",
                        request -> (int) functions.allgatherv.invokeExact(
                                inPlace(),
                                0,
                                handle(Constant.FLOAT),
                                floats,
                                shards.lengths(),
                                shards.starts(),
                                handle(Constant.FLOAT),
                                world,
                                request),
                        floats,
                        shards.lengths(),
                        shards.starts()),
                Pause.DATA);
    }

    /**
     * Sends every rank its part of {@code floats}, and receives every rank's values of this rank's part, one after the
     * other.
     *
     * @param parts as many floats as this rank's part has, times the ranks
     */
    public void exchangeParts(MemorySegment floats, MemorySegment parts, Shards shards) {
        int mine = shards.length(rank);
        MemorySegment lengths = shards.all(mine);
        MemorySegment starts = shards.everyOther(mine);
        await(
                start(
                        "MPI_Ialltoallv",
                        request -> (int) functions.alltoallv.invokeExact(
                                floats,
                                shards.lengths(),
                                shards.starts(),
                                handle(Constant.FLOAT),
                                parts,
                                lengths,
                                starts,
                                handle(Constant.FLOAT),
                                world,
                                request),
                        floats,
                        parts,
                        shards.lengths(),
                        shards.starts(),
                        lengths,
                        starts),
                Pause.DATA);
    }

    /** Every rank's {@code values}, in the ranks' order. All give equally many. */
    public double[] gather(double... values) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mine = arena.allocateFrom(JAVA_DOUBLE, values);
            MemorySegment all = arena.allocate(JAVA_DOUBLE, (long) values.length * size);
            await(
                    start(
                            "MPI_Iallgather",
                            request -> (int) functions.allgather.invokeExact(
                                    mine,
                                    values.length,
                                    handle(Constant.DOUBLE),
                                    all,
                                    values.length,
                                    handle(Constant.DOUBLE),
                                    world,
                                    request),
                            mine,
                            all),
                    Pause.OTHERS);
            return all.toArray(JAVA_DOUBLE);
        }
    }

    /** Replaces {@code floats} by those of the rank {@code root}. */
    public void broadcastFloats(MemorySegment floats, int root) {
        int count = Math.toIntExact(floats.byteSize() / Float.BYTES);
        await(
                start(
                        "MPI_Ibcast",
                        request -> (int) functions.bcast.invokeExact(
                                floats, count, handle(Constant.FLOAT), root, world, request),
                        floats),
                Pause.OTHERS);
    }

    /** Replaces {@code bytes} by those of the rank {@code root}. */
    public void broadcast(MemorySegment bytes, int root) {
        int count = Math.toIntExact(bytes.byteSize());
        await(
                start(
                        "MPI_Ibcast",
                        request -> (int)
                                functions.bcast.invokeExact(bytes, count, handle(Constant.BYTE), root, world, request),
                        bytes),
                Pause.OTHERS);
    }

    /** Waits until all ranks are here. */
    public void barrier() {
        await(start("MPI_Ibarrier", request -> (int) functions.barrier.invokeExact(world, request)), Pause.OTHERS);
    }

    /** Begins to send {@code bytes} to another rank. */
    public Request startSend(MemorySegment bytes, int to, int tag) {
        int count = Math.toIntExact(bytes.byteSize());
        return start(
                "MPI_Isend",
                request ->
                        (int) functions.send.invokeExact(bytes, count, handle(Constant.BYTE), to, tag, world, request),
                bytes);
    }

    /** Begins to receive {@code bytes} from another rank. */
    public Request startReceive(MemorySegment bytes, int from, int tag) {
        int count = Math.toIntExact(bytes.byteSize());
        return start(
                "MPI_Irecv",
                request -> (int)
                        functions.receive.invokeExact(bytes, count, handle(Constant.BYTE), from, tag, world, request),
                bytes);
    }

    /** Whether a transfer is done; moves all of them on. */
    public boolean isDone(Request request) {
        try (Arena arena = Arena.ofConfined()) {
            return isDone(request, arena.allocate(JAVA_INT));
        }
    }

    private boolean isDoneOrFailed(Request request, MemorySegment flag) {
        try {
            return isDone(request, flag);
        } catch (MpiException e) {
            waiter.failed(e);
            throw e;
        }
    }

    private boolean isDone(Request request, MemorySegment flag) {
        check(request.operation(), () -> (int) functions.test.invokeExact(
                request.handle(), flag, library.flavour().ignoredStatus()));
        return flag.get(JAVA_INT, 0) != 0;
    }

    /** Waits for data that all ranks have begun to move. */
    public void await(Request request) {
        await(request, Pause.DATA);
    }

    private void await(Request request, Pause pause) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment flag = arena.allocate(JAVA_INT);
            long start = System.nanoTime();
            while (!isDoneOrFailed(request, flag)) {
                long waited = System.nanoTime() - start;
                waiter.waiting(request.operation(), waited);
                pause.take(waited);
            }
        }
    }

    /** Ends all processes, this one too, with an exit code that is not 0. */
    public void abort(int code) {
        check("MPI_Abort", () -> (int) functions.abort.invokeExact(world, code));
    }

    /** Leaves the others, who do the same. Nothing may be called after. */
    public void finish() {
        check("MPI_Finalize", () -> (int) functions.finish.invokeExact());
    }

    private MemorySegment inPlace() {
        return library.flavour().inPlace();
    }

    private long handle(Constant constant) {
        return library.flavour().handleOf(constant, library.symbols());
    }

    private long stored(MemorySegment place) {
        return library.flavour() == Flavour.MPICH ? place.get(JAVA_INT, 0) : place.get(JAVA_LONG, 0);
    }

    private Request start(String name, Call<MemorySegment> call, MemorySegment... memory) {
        MemorySegment request = Arena.ofAuto().allocate(JAVA_LONG);
        check(name, () -> call.on(request));
        return new Request(name, request, List.of(memory));
    }

    @FunctionalInterface
    private interface Call<T> {
        int on(T argument) throws Throwable;
    }

    @FunctionalInterface
    private interface Function {
        int call() throws Throwable;
    }

    private void check(String name, Function function) {
        int code;
        try {
            code = function.call();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(name, e);
        }
        if (code != 0) {
            throw new MpiException(name + " failed: " + errorText(code));
        }
    }

    private String errorText(int code) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocate(ERROR_BYTES);
            int failed = (int) functions.errorString.invokeExact(code, text, arena.allocate(JAVA_INT));
            return failed == 0
                    ? text.getString(0).replaceAll("\\s*\\R\\s*", " ").strip()
                    : "error " + code;
        } catch (Throwable e) {
            throw new IllegalStateException("MPI_Error_string", e);
        }
    }
}
