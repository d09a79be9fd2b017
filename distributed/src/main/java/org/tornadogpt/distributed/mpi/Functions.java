package org.tornadogpt.distributed.mpi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Arrays;

/**
 * The C functions that are called. Collectives are the non-blocking ones: a blocking one cannot be left when a process
 * that it waits for has died. In Java a handle is a {@code long} whatever the library's is.
 */
@SuppressWarnings("restricted") // the launcher allows native access
final class Functions {
    private final MpiLibrary library;
    private final MemoryLayout handle;

    final MethodHandle initThread;
    final MethodHandle commRank;
    final MethodHandle commSize;
    final MethodHandle commSplitType;
    final MethodHandle commSetErrhandler;
    final MethodHandle errorString;
    final MethodHandle abort;
    final MethodHandle finish;
    final MethodHandle test;
    final MethodHandle allreduce;
    final MethodHandle reduceScatter;
    final MethodHandle allgather;
    final MethodHandle allgatherv;
    final MethodHandle alltoallv;
    final MethodHandle bcast;
    final MethodHandle barrier;
    final MethodHandle send;
    final MethodHandle receive;

    Functions(MpiLibrary library) {
        this.library = library;
        handle = library.flavour().handle();
        initThread = bind("MPI_Init_thread", ADDRESS, ADDRESS, JAVA_INT, ADDRESS);
        commRank = bind("MPI_Comm_rank", handle, ADDRESS);
        commSize = bind("MPI_Comm_size", handle, ADDRESS);
        commSplitType = bind("MPI_Comm_split_type", handle, JAVA_INT, JAVA_INT, handle, ADDRESS);
        commSetErrhandler = bind("MPI_Comm_set_errhandler", handle, handle);
        errorString = bind("MPI_Error_string", JAVA_INT, ADDRESS, ADDRESS);
        abort = bind("MPI_Abort", handle, JAVA_INT);
        finish = bind("MPI_Finalize");
        test = bind("MPI_Test", ADDRESS, ADDRESS, ADDRESS);
        allreduce = bind("MPI_Iallreduce", ADDRESS, ADDRESS, JAVA_INT, handle, handle, handle, ADDRESS);
        reduceScatter = bind("MPI_Ireduce_scatter", ADDRESS, ADDRESS, ADDRESS, handle, handle, handle, ADDRESS);
        allgather = bind("MPI_Iallgather", ADDRESS, JAVA_INT, handle, ADDRESS, JAVA_INT, handle, handle, ADDRESS);
        allgatherv =
                bind("MPI_Iallgatherv", ADDRESS, JAVA_INT, handle, ADDRESS, ADDRESS, ADDRESS, handle, handle, ADDRESS);
        alltoallv = bind(
                "MPI_Ialltoallv",
                ADDRESS,
                ADDRESS,
                ADDRESS,
                handle,
                ADDRESS,
                ADDRESS,
                ADDRESS,
                handle,
                handle,
                ADDRESS);
        bcast = bind("MPI_Ibcast", ADDRESS, JAVA_INT, handle, JAVA_INT, handle, ADDRESS);
        barrier = bind("MPI_Ibarrier", handle, ADDRESS);
        send = bind("MPI_Isend", ADDRESS, JAVA_INT, handle, JAVA_INT, JAVA_INT, handle, ADDRESS);
        receive = bind("MPI_Irecv", ADDRESS, JAVA_INT, handle, JAVA_INT, JAVA_INT, handle, ADDRESS);
    }

    private MethodHandle bind(String name, MemoryLayout... parameters) {
        MemorySegment symbol = library.symbols()
                .find(name)
                .orElseThrow(() -> new MpiException(
                        library.version() + " has no function " + name + ": a library of MPI 3 or later is needed"));
        MethodHandle function =
                Linker.nativeLinker().downcallHandle(symbol, FunctionDescriptor.of(JAVA_INT, parameters));
        return MethodHandles.explicitCastArguments(function, withLongHandles(parameters));
    }

    private MethodType withLongHandles(MemoryLayout... parameters) {
        Class<?>[] types = Arrays.stream(parameters).map(this::type).toArray(Class<?>[]::new);
        return MethodType.methodType(int.class, types);
    }

    /** A handle has a name, by which it is told from an int. */
    private Class<?> type(MemoryLayout layout) {
        if (layout.equals(handle)) {
            return long.class;
        }
        return layout.equals(JAVA_INT) ? int.class : MemorySegment.class;
    }
}
