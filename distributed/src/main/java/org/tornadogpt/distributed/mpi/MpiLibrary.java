package org.tornadogpt.distributed.mpi;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An MPI library in this process: found by its usual names, or by the file that {@value #FILE_VARIABLE} names.
 *
 * @param symbols the library's functions
 * @param version the first line of what it says of itself
 */
@SuppressWarnings("restricted") // the launcher allows native access
record MpiLibrary(SymbolLookup symbols, Flavour flavour, String version) {
    /** Names a library's file, for those that lie elsewhere. */
    static final String FILE_VARIABLE = "TGPT_MPI";

    private static final int VERSION_BYTES = 8192;
    private static final String INSTALL =
            "install MPICH (Debian, Ubuntu: apt-get install mpich libmpich-dev; Fedora: dnf install mpich) or Open MPI, or name"
                    + " the library's file in " + FILE_VARIABLE;

    /** Libraries that would take the signals by which a JVM finds null references and stops its threads. */
    private static final Map<String, String> LEAVE_SIGNALS_ALONE =
            Map.of("UCX_ERROR_SIGNALS", "", "OMPI_MCA_opal_signal", "");

    /** The library for processes that {@code environment} describes: that of the launcher comes first. */
    static MpiLibrary load(Map<String, String> environment) {
        return find(environment)
                .orElseThrow(() -> new MpiException(
                        "no MPI library was found (" + String.join(", ", names(environment)) + "): " + INSTALL));
    }

    /** Empty if there is none. */
    static Optional<MpiLibrary> find(Map<String, String> environment) {
        LEAVE_SIGNALS_ALONE.forEach((name, value) -> {
            if (!environment.containsKey(name)) {
                setEnvironment(name, value);
            }
        });
        for (String name : names(environment)) {
            try {
                return Optional.of(of(name, SymbolLookup.libraryLookup(name, Arena.global())));
            } catch (IllegalArgumentException e) {
                // the loader has no such file: the next name
            }
        }
        return Optional.empty();
    }

    private static List<String> names(Map<String, String> environment) {
        String file = environment.get(FILE_VARIABLE);
        if (file != null && !file.isEmpty()) {
            return List.of(file);
        }
        List<String> names = new ArrayList<>(Flavour.MPICH.libraries());
        boolean openMpi = environment.keySet().stream().anyMatch(name -> name.startsWith("OMPI_COMM_WORLD"));
        names.addAll(openMpi ? 0 : names.size(), Flavour.OPEN_MPI.libraries());
        return names;
    }

    private static MpiLibrary of(String name, SymbolLookup symbols) {
        String version = version(symbols.find("MPI_Get_library_version")
                .orElseThrow(() -> new MpiException(name + " is no MPI library: " + INSTALL)));
        Flavour flavour = Flavour.of(version)
                .orElseThrow(() -> new MpiException("this MPI library is neither MPICH nor Open MPI, it says '"
                        + firstLine(version) + "': " + INSTALL));
        return new MpiLibrary(symbols, flavour, firstLine(version));
    }

    private static String version(MemorySegment symbol) {
        MethodHandle function = Linker.nativeLinker()
                .downcallHandle(
                        symbol, FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocate(VERSION_BYTES);
            int code = (int) function.invokeExact(text, arena.allocate(ValueLayout.JAVA_INT));
            if (code != 0) {
                throw new MpiException("the MPI library does not tell its version (error " + code + ")");
            }
            return text.getString(0);
        } catch (RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("MPI_Get_library_version", e);
        }
    }

    private static String firstLine(String text) {
        return text.lines()
                .findFirst()
                .orElse("")
                .replace("Version:", " ")
                .replaceAll(",.*", "")
                .replaceAll("\\s+", " ")
                .strip();
    }

    /** Of this process, for libraries in it; Java's own view of the environment stays as it was. */
    private static void setEnvironment(String name, String value) {
        Linker linker = Linker.nativeLinker();
        MethodHandle function = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("setenv"),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
        try (Arena arena = Arena.ofConfined()) {
            int code = (int) function.invokeExact(arena.allocateFrom(name), arena.allocateFrom(value), 1);
            if (code != 0) {
                throw new IllegalStateException("setenv " + name);
            }
        } catch (RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("setenv " + name, e);
        }
    }
}
