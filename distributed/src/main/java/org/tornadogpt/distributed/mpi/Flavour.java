package org.tornadogpt.distributed.mpi;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;

/**
 * What {@code mpi.h} says differently in the two families of MPI libraries. MPICH's handles are 32-bit numbers, as are
 * those of Intel MPI, MVAPICH and Cray MPICH, which keep its binary interface; Open MPI's are addresses of objects.
 */
@SuppressWarnings("ImmutableEnumChecker") // List.of and value layouts are immutable
enum Flavour {
    MPICH(
            "MPICH",
            List.of("libmpich.so.12", "libmpi.so.12", "libmpi.12.dylib"),
            ValueLayout.JAVA_INT.withName("handle"),
            -1,
            1,
            1),
    OPEN_MPI("Open MPI", List.of("libmpi.so.40", "libmpi.40.dylib"), ValueLayout.JAVA_LONG.withName("handle"), 1, 0, 0);

    private final String title;
    private final List<String> libraries;
    private final MemoryLayout handle;
    private final long inPlace;
    private final long ignoredStatus;
    private final int sharedType;

    Flavour(
            String title,
            List<String> libraries,
            MemoryLayout handle,
            long inPlace,
            long ignoredStatus,
            int sharedType) {
        this.title = title;
        this.libraries = libraries;
        this.handle = handle;
        this.inPlace = inPlace;
        this.ignoredStatus = ignoredStatus;
        this.sharedType = sharedType;
    }

    /** By the text of {@code MPI_Get_library_version}. */
    static Optional<Flavour> of(String version) {
        if (version.contains("Open MPI")) {
            return Optional.of(OPEN_MPI);
        }
        boolean compatible =
                version.contains("MPICH") || version.contains("Intel(R) MPI") || version.contains("MVAPICH");
        return compatible ? Optional.of(MPICH) : Optional.empty();
    }

    /** What users call it. */
    String title() {
        return title;
    }

    /** File names of the library, as the dynamic loader knows them. */
    List<String> libraries() {
        return libraries;
    }

    /** How a handle is passed: the size of a communicator, a type, an operation, a request. */
    MemoryLayout handle() {
        return handle;
    }

    /** {@code MPI_IN_PLACE}. */
    MemorySegment inPlace() {
        return MemorySegment.ofAddress(inPlace);
    }

    /** {@code MPI_STATUS_IGNORE}. */
    MemorySegment ignoredStatus() {
        return MemorySegment.ofAddress(ignoredStatus);
    }

    /** {@code MPI_COMM_TYPE_SHARED}. */
    int sharedType() {
        return sharedType;
    }

    /** The library's own handle of {@code constant}. */
    long handleOf(Constant constant, SymbolLookup symbols) {
        return this == MPICH
                ? constant.mpich
                : symbols.find(constant.openMpi)
                        .orElseThrow(() -> new MpiException("the Open MPI library has no symbol " + constant.openMpi))
                        .address();
    }

    /** Predefined handles. */
    enum Constant {
        COMM_WORLD(0x44000000, "ompi_mpi_comm_world"),
        BYTE(0x4c00010d, "ompi_mpi_byte"),
        FLOAT(0x4c00040a, "ompi_mpi_float"),
        DOUBLE(0x4c00080b, "ompi_mpi_double"),
        SUM(0x58000003, "ompi_mpi_op_sum"),
        MAX(0x58000001, "ompi_mpi_op_max"),
        INFO_NULL(0x1c000000, "ompi_mpi_info_null"),
        ERRORS_RETURN(0x54000001, "ompi_mpi_errors_return");

        private final int mpich;
        private final String openMpi;

        Constant(int mpich, String openMpi) {
            this.mpich = mpich;
            this.openMpi = openMpi;
        }
    }
}
